"""What a study says that its sections and their items need to be understood."""

from collections.abc import Mapping
from dataclasses import dataclass

from readerstudy.imaging.canvas import Canvas
from readerstudy.studies.protocol.document import Reading, SourceDocument
from readerstudy.studies.protocol.items import Scale
from readerstudy.studies.protocol.labels import LabelDocument


@dataclass(frozen=True, kw_only=True)
class Setting:
    """`kinds_known` is false where a source has a kind that is none: nothing follows from it then."""

    canvas: Canvas
    sources: tuple[SourceDocument, ...]
    scale: Scale
    scales: Mapping[str, Scale]
    values: Mapping[str, tuple[str, ...]]
    labels: Mapping[str, LabelDocument]
    reading: Reading
    washout_days: int
    kinds_known: bool = True

    @property
    def kinds(self) -> dict[str, str]:
        """The kind of each source by its name."""
        return {source.name: source.kind for source in self.sources}
