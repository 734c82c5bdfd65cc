"""One section on the way of a reader."""

from dataclasses import dataclass

from readerstudy.studies.models import Section
from readerstudy.studies.protocol.document import SectionDocument


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One section as one reader stands in it.

    `round` counts from 1 how often the reader goes through a practice section whose pass mark they missed;
    `passed` is None where there is no pass mark or nobody has judged yet. `changeable` answers can be changed
    until the section is handed in. `undisclosed` has a text that the reader has not read yet. `seed` decides
    what is shuffled for this reader. A section that ended early, after `ended` answers, goes on with its page
    of questions if it has one; `last` is the order of the last presentation that was planned.
    """

    section: Section
    document: SectionDocument
    index: int
    total: int
    answered: int
    round: int
    passed: bool | None
    changeable: bool = False
    undisclosed: bool = False
    seed: str = ""
    ended: int | None = None
    last: int = 0

    @property
    def is_complete(self) -> bool:
        return self.answered >= self.total

    @property
    def left(self) -> int:
        return self.total - self.answered

    @property
    def next_order(self) -> int:
        """The order of the presentation to be answered next: they count from 1 within a section."""
        has_ended = self.ended is not None and self.answered >= self.ended
        return self.last if has_ended else self.answered + 1

    @property
    def awaits_judgement(self) -> bool:
        """All practised, and whether it was good enough is still to be said."""
        return self.document.pass_mark is not None and self.is_complete and self.passed is not True

    @property
    def awaits_hand_in(self) -> bool:
        """All answered, and the reader may still go back. Nothing after it is shown before that ends."""
        return self.changeable and self.is_complete

    @property
    def awaits_disclosure(self) -> bool:
        """Handed in, and what it discloses is still to be read. Nothing after it is shown before."""
        return self.undisclosed and self.is_complete and not (self.awaits_judgement or self.awaits_hand_in)

    @property
    def is_behind(self) -> bool:
        awaits = self.awaits_judgement or self.awaits_hand_in or self.awaits_disclosure
        return self.is_complete and not awaits
