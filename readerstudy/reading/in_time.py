"""The limits of time in a section: no answer before `min_view_ms`, none after `answer_within_ms`.

The browser measures both from the moment at which everything is painted, because answers may wait in its
queue. The server's clock holds it to what is possible: the nth answer of a section cannot come before n times
`min_view_ms` since the section opened. An answer that came too late is kept as one: its questions are missing
for want of time, so that its reader goes on and the data say so.
"""

from datetime import timedelta

from django.utils import timezone

from readerstudy.reading.answer import Answer
from readerstudy.reading.checks import Screen
from readerstudy.reading.errors import TooEarly
from readerstudy.reading.models import Briefing, Debriefing, Presentation, Submission
from readerstudy.reading.stretch import Stretch
from readerstudy.studies.models import Enrolment

#: Two frames of a slow screen: what is due at a moment may be measured a little before it.
EARLY_MS = 40
#: What a browser may need to notice that the time is over.
LATE_MS = 500


def in_time(
    answer: Answer, screen: Screen, response_ms: int | None, *, of: Enrolment, to: Presentation
) -> Answer:
    """Return an answer as it is stored: checked, or as one that came too late. Programs have no clock."""
    section = screen.section
    if not screen.letters or of.program or response_ms is None:
        return screen.check(answer)
    if response_ms + EARLY_MS < section.min_view_ms and not to.responses.filter(enrolment=of).exists():
        raise TooEarly  # whoever has answered before has looked long enough
    if section.answer_within_ms and response_ms > section.answer_within_ms + LATE_MS:
        return screen.of_time(answer)
    return screen.check(answer)


def require_time_passed(enrolment: Enrolment, stretch: Stretch) -> None:
    """Refuse an answer that no clock can have waited for. Virtual readers and programs look at nothing."""
    least_ms = stretch.document.min_view_ms
    if not least_ms or enrolment.virtual or enrolment.program:
        return
    briefed, *others = (
        model._default_manager.filter(enrolment=enrolment).values_list("at", flat=True)
        for model in (Briefing, Submission, Debriefing)
    )
    opened_at = max(briefed.union(*others), default=None)
    due = timedelta(milliseconds=(least_ms - EARLY_MS) * (stretch.answered + 1))
    if opened_at is not None and timezone.now() < opened_at + due:
        raise TooEarly
