"""Where a reader is: which sections are behind, which presentation is open, what comes after it."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from itertools import takewhile

from django.db.models import Sum
from django.utils import timezone

from readerstudy.reading.models import (
    Debriefing,
    EarlyEnd,
    PracticeRound,
    Presentation,
    Response,
    Sitting,
    Submission,
    Tally,
)
from readerstudy.reading.models.presentation import without_slots
from readerstudy.reading.plan import plan_of
from readerstudy.reading.screen_rows import screens_between
from readerstudy.reading.steps import document_of
from readerstudy.reading.stretch import Stretch
from readerstudy.studies.models import Enrolment, Section
from readerstudy.studies.protocol.document import ProtocolDocument, SectionDocument

MOST_TRIALS_AHEAD = 5
MOST_BYTES_AHEAD = 80_000_000


def _before_a_repeat(shown: tuple[Presentation, ...]) -> tuple[Presentation, ...]:
    """As many as come before the repeat of one among them."""
    seen: set[int] = set()
    for place, presentation in enumerate(shown):
        if presentation.trial_id in seen:
            return shown[:place]
        seen.add(presentation.trial_id)
    return shown


def trials_ahead(protocol: ProtocolDocument, section: SectionDocument) -> int:
    """As many as a browser can hold, however large the images; at least the next one.

    None where images are shown for a limited time: nobody looks at them before it is their turn.
    """
    if section.exposure_ms or section.staircase:
        return 0
    screen_bytes = protocol.canvas.buffer_bytes * section.most_images
    return max(1, min(MOST_TRIALS_AHEAD, MOST_BYTES_AHEAD // screen_bytes))


class Walk:
    """A reader's way through the sections of a study, as it is at this moment.

    `answered` is how many trials of each section the reader has answered, where that is known already.
    """

    def __init__(self, enrolment: Enrolment, answered: Mapping[int, int] | None = None) -> None:
        self.enrolment = enrolment
        self.document: ProtocolDocument = document_of(enrolment)
        #: How long the open screen shows its images, where that has been worked out already.
        self.exposure_ms: int | None = None
        #: Whether the open presentation was opened by this very request, so that it cannot have a draft.
        self.just_opened = False
        if answered is not None:
            self.answered = answered

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        return tuple(self._stretches())

    def _stretches(self) -> Iterator[Stretch]:
        handed_in = self._handed_in()
        passed = {section for section, _, ok in self.rounds if ok}
        failed = Counter(section for section, _, ok in self.rounds if not ok)
        for index, planned in enumerate(plan_of(self.enrolment), start=1):
            section, ended = planned.section, self._ended.get(planned.section.pk)
            document = self.document.section(section.name)
            total = planned.total if ended is None else ended + bool(document.section_items)
            again = failed[section.pk]
            given = self._given(section) - again * total if again else self.answered.get(section.pk, 0)
            yield Stretch(
                section=section,
                document=document,
                index=index,
                total=total,
                answered=given,
                round=again + 1,
                passed=section.pk in passed if document.pass_mark is not None else None,
                changeable=document.allow_back and section.pk not in handed_in,
                undisclosed=bool(document.discloses) and section.pk not in self._debriefed,
                seed=planned.seed,
                ended=ended,
                last=planned.total,
            )

    @cached_property
    def answered(self) -> Mapping[int, int]:
        """How many trials the reader has answered in each section.

        Answers are taken in the order of the plan alone, so this number says which they were.
        """
        mine = Tally.objects.filter(enrolment=self.enrolment).order_by()
        return dict(mine.values_list("section_id").annotate(Sum("answers")))

    def after_next(self) -> "Walk":
        """Where the reader is once the open presentation is answered."""
        stretch = self.stretch
        if stretch is None:
            raise ValueError("Nothing is open.")
        section = stretch.section.pk
        walk = Walk(self.enrolment, {**self.answered, section: self.answered.get(section, 0) + 1})
        walk.just_opened = True
        walk.holding = self.holding
        return walk

    @cached_property
    def holding(self) -> Sitting | None:
        """The sitting of the tab that may answer."""
        return Sitting.objects.holding(self.enrolment)

    def _given(self, section: Section) -> int:
        """All answers to a practice section: each round adds one to each trial."""
        return Response.objects.filter(enrolment=self.enrolment, presentation__section=section).count()

    @cached_property
    def rounds(self) -> list[tuple[int, int, bool]]:
        if not any(section.pass_mark is not None for section in self.document.sections):
            return []
        rows = PracticeRound.objects.filter(enrolment=self.enrolment)
        return list(rows.values_list("section_id", "number", "passed"))

    def _handed_in(self) -> set[int]:
        """The sections handed in, where that does not follow from the answers alone."""
        if not any(section.allow_back for section in self.document.sections):
            return set()
        return set(Submission.objects.filter(enrolment=self.enrolment).values_list("section_id", flat=True))

    @cached_property
    def _ended(self) -> dict[int, int]:
        """After how many answers sections ended early."""
        if not any(section.staircase for section in self.document.sections):
            return {}
        ends = EarlyEnd.objects.filter(enrolment=self.enrolment)
        return dict(ends.values_list("section_id", "answered"))

    @cached_property
    def _debriefed(self) -> set[int]:
        if not any(section.discloses for section in self.document.sections):
            return set()
        return set(Debriefing.objects.filter(enrolment=self.enrolment).values_list("section_id", flat=True))

    @cached_property
    def stretch(self) -> Stretch | None:
        """The section to be read now; None at a gate, during a pause between sections, and at the end."""
        stretch = self._next
        if stretch is None or stretch.is_complete or self._opens_at(stretch):
            return None
        return stretch

    @property
    def told(self) -> tuple[Stretch, ...]:
        """The sections a reader knows of: those that are complete, and the open one. No later one."""
        known = tuple(takewhile(lambda stretch: stretch.is_complete, self.stretches))
        return (*known, self.stretch) if self.stretch else known

    @cached_property
    def _next(self) -> Stretch | None:
        """The first section that is not behind."""
        return next((stretch for stretch in self.stretches if not stretch.is_behind), None)

    @property
    def gate(self) -> Stretch | None:
        """A practice section that is through and awaits the word whether it was good enough."""
        return self._next if self._next and self._next.awaits_judgement else None

    @property
    def to_hand_in(self) -> Stretch | None:
        """A section that is answered and has to be handed in before anything else is shown."""
        return self._next if self._next and self._next.awaits_hand_in else None

    @property
    def to_disclose(self) -> Stretch | None:
        """A section that was handed in and tells something before anything else is shown."""
        return self._next if self._next and self._next.awaits_disclosure else None

    @property
    def is_finished(self) -> bool:
        return bool(self.stretches) and all(stretch.is_behind for stretch in self.stretches)

    @property
    def opens_at(self) -> datetime | None:
        """When the next section opens, where the protocol asks for a pause that is not over."""
        upcoming = self._next
        return self._opens_at(upcoming) if upcoming and not upcoming.is_complete else None

    def _opens_at(self, stretch: Stretch) -> datetime | None:
        """The washout lies between sections that count, and ends when a section has begun."""
        if (
            self.enrolment.program
            or not stretch.document.washout_days
            or stretch.answered
            or stretch.section.practice
        ):
            return None
        before = [s.section for s in self.stretches if s.index < stretch.index and not s.section.practice]
        if not before:
            return None
        handed_in = Submission.objects.filter(enrolment=self.enrolment, section=before[-1]).first()
        if handed_in is None:
            return None
        opens_at = handed_in.at + timedelta(days=stretch.document.washout_days)
        return opens_at if opens_at > timezone.now() else None

    @cached_property
    def in_reach(self) -> tuple[Presentation, ...]:
        """The open presentation and a few after it in the same section, with their slots.

        A browser fetches them ahead: the next one is there at once, and reading goes on without a network. It
        never holds a trial and its hidden repeat, whose pixels are the same bytes.
        """
        stretch = self.stretch
        if stretch is None:
            return ()
        first = stretch.next_order
        last = min(first + trials_ahead(self.document, stretch.document), stretch.last)
        screens = screens_between(first, last, section=stretch.section, of=self.enrolment)
        return (*_before_a_repeat(screens), *self._questions(stretch, last))

    def _questions(self, stretch: Stretch, last: int) -> tuple[Presentation, ...]:
        """The page of questions at the end of a section, once it is in reach. It shows no image."""
        if not stretch.document.section_items or last < stretch.last:
            return ()
        found = Presentation.objects.of(self.enrolment).filter(section=stretch.section, order=stretch.last)
        pages = without_slots(found)
        for page in pages:
            page.section = stretch.section
        return tuple(pages)

    def is_next(self, presentation: Presentation) -> bool:
        """Whether this is what the reader is to answer now."""
        stretch = self.stretch
        return (
            stretch is not None
            and presentation.section_id == stretch.section.pk
            and presentation.order == stretch.next_order
        )

    @property
    def current(self) -> Presentation | None:
        return self.in_reach[0] if self.in_reach else None

    def lets_go_back(self, section: Section) -> bool:
        return self.document.section(section.name).allow_back and not section.practice

    def lets_undo(self, section: Section) -> bool:
        return self.document.reading.undo and self.document.section(section.name).can_undo

    def is_last_answered(self, presentation: Presentation) -> bool:
        """Whether this is the answer given last, in a section that is still open."""
        stretch = self.stretch
        return (
            stretch is not None
            and presentation.section_id == stretch.section.pk
            and presentation.order == stretch.answered
        )

    def may_go_back_to(self, presentation: Presentation) -> bool:
        """Whether an answer may still be changed: where the protocol says so, until the section is left.

        With `undo` it is the last answer alone, and a section is left with its own last answer.
        """
        if self.lets_undo(presentation.section) and self.is_last_answered(presentation):
            return True
        return (
            self.lets_go_back(presentation.section)
            and presentation.responses.filter(enrolment=self.enrolment).exists()
            and not Submission.objects.filter(enrolment=self.enrolment, section=presentation.section).exists()
        )

    def number(self, presentation: Presentation) -> int:
        """Which one it is in its section, counted from 1."""
        if self.stretch is not None and presentation == self.current:
            return self.stretch.answered + 1
        mine = Presentation.objects.of(self.enrolment).filter(section=presentation.section_id)
        return mine.filter(order__lt=presentation.order).count() + 1

    def before(self, presentation: Presentation) -> Presentation | None:
        """The presentation to which one goes back from here, in the same section."""
        undoes = self.lets_undo(presentation.section) and self.is_next(presentation)
        if not (undoes or self.lets_go_back(presentation.section)):
            return None
        mine = Presentation.objects.of(self.enrolment).filter(section=presentation.section_id)
        return mine.filter(order__lt=presentation.order).order_by("-order").first()
