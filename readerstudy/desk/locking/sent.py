"""How many bytes a reader's browser will fetch, shown before the lock."""

from dataclasses import dataclass

from readerstudy.studies.models import Study
from readerstudy.truth.lock import envelope_of_study

#: Of 10 Mbit/s, what is common at home.
HOME_LINE_BYTES_A_SECOND = 10_000_000 / 8


@dataclass(frozen=True, kw_only=True)
class Sent:
    """The largest screen of a study, as it is and as it is sent."""

    raw_bytes: int
    sent_bytes: int
    packed: bool

    @property
    def seconds(self) -> float:
        """How long it takes on a home line."""
        return self.sent_bytes / HOME_LINE_BYTES_A_SECOND


def sent_of(study: Study) -> Sent:
    """What readers' browsers fetch for one screen if the study is locked now."""
    document = study.protocol.document
    images = max(section.most_images for section in document.sections)
    canvas = document.canvas
    envelope = envelope_of_study(study)
    each = envelope.length(canvas.frames) if envelope else canvas.buffer_bytes
    return Sent(raw_bytes=images * canvas.buffer_bytes, sent_bytes=images * each, packed=envelope is not None)
