"""Where a reader is: which sections are behind, which presentation is open, what comes after it."""

import math
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property, lru_cache
from itertools import takewhile

from django.db.models import Count, Q, Sum
from django.utils import timezone

from readerstudy.reading.models import (
    PracticeRound,
    Presentation,
    Response,
    Sitting,
    Slot,
    Submission,
    Tally,
)
from readerstudy.reading.models.presentation import presentations_with
from readerstudy.reading.steps import document_of
from readerstudy.studies.models import Enrolment, Section
from readerstudy.studies.protocol.document import ProtocolDocument, SectionDocument

MOST_TRIALS_AHEAD = 5
MOST_BYTES_AHEAD = 80_000_000


@dataclass(frozen=True, kw_only=True)
class Stretch:
    """One section as one reader stands in it.

    `round` counts from 1 how often the reader goes through a practice section whose pass mark they missed;
    `passed` is None where there is no pass mark or nobody has judged yet. `changeable` answers can be changed
    until the section is handed in.
    """

    section: Section
    document: SectionDocument
    index: int
    total: int
    answered: int
    round: int
    passed: bool | None
    changeable: bool = False

    @property
    def is_complete(self) -> bool:
        return self.answered >= self.total

    @property
    def awaits_judgement(self) -> bool:
        """All practised, and whether it was good enough is still to be said."""
        return self.document.pass_mark is not None and self.is_complete and self.passed is not True

    @property
    def awaits_hand_in(self) -> bool:
        """All answered, and the reader may still go back. Nothing after it is shown before that ends."""
        return self.changeable and self.is_complete

    @property
    def is_behind(self) -> bool:
        return self.is_complete and not self.awaits_judgement and not self.awaits_hand_in


def _before_a_repeat(shown: tuple[Presentation, ...]) -> tuple[Presentation, ...]:
    """As many as come before the repeat of one among them."""
    seen: set[int] = set()
    for place, presentation in enumerate(shown):
        if presentation.trial_id in seen:
            return shown[:place]
        seen.add(presentation.trial_id)
    return shown


def trials_ahead(protocol: ProtocolDocument, section: SectionDocument) -> int:
    """As many as a browser can hold, however large the images; at least the next one."""
    canvas = protocol.canvas
    image_bytes = canvas.width * canvas.height * math.ceil(canvas.bits / 8)
    return max(1, min(MOST_TRIALS_AHEAD, MOST_BYTES_AHEAD // (image_bytes * section.alternatives)))


def plan_of(enrolment: Enrolment) -> tuple[tuple[Section, int], ...]:
    """The sections in order, and how many trials each has at the reader's place. Kept: the plan is locked."""
    return _plan(enrolment.study.lock.plan_digest, enrolment.study_id, enrolment.own_place)


@lru_cache(maxsize=1024)
def _plan(plan_digest: str, study: int, place: int) -> tuple[tuple[Section, int], ...]:
    rows = Presentation.objects.filter(section__study=study, place=place).order_by()
    totals = dict(rows.values_list("section_id").annotate(Count("pk")))
    sections = Section.objects.filter(study=study).order_by("position")
    return tuple((section, totals.get(section.pk, 0)) for section in sections)


class Walk:
    """A reader's way through the sections of a study, as it is at this moment.

    `answered` is how many trials of each section the reader has answered, where that is known already.
    """

    def __init__(self, enrolment: Enrolment, answered: Mapping[int, int] | None = None) -> None:
        self.enrolment = enrolment
        self.document: ProtocolDocument = document_of(enrolment)
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
        for index, (section, total) in enumerate(plan_of(self.enrolment), start=1):
            document = self.document.section(section.name)
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
                changeable=self.lets_go_back(section) and section.pk not in handed_in,
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
        if not self.document.reading.allow_back:
            return set()
        return set(Submission.objects.filter(enrolment=self.enrolment).values_list("section_id", flat=True))

    @cached_property
    def stretch(self) -> Stretch | None:
        """The section to be read now; None at a gate, during a pause between sections, and at the end."""
        stretch = next((stretch for stretch in self.stretches if not stretch.is_behind), None)
        if stretch is None or stretch.is_complete or self._opens_at(stretch):
            return None
        return stretch

    @property
    def told(self) -> tuple[Stretch, ...]:
        """The sections a reader knows of: those that are complete, and the open one. No later one."""
        known = tuple(takewhile(lambda stretch: stretch.is_complete, self.stretches))
        return (*known, self.stretch) if self.stretch else known

    @property
    def gate(self) -> Stretch | None:
        """A practice section that is through and awaits the word whether it was good enough."""
        waiting = next((stretch for stretch in self.stretches if not stretch.is_behind), None)
        return waiting if waiting and waiting.awaits_judgement else None

    @property
    def to_hand_in(self) -> Stretch | None:
        """A section that is answered and has to be handed in before anything else is shown."""
        waiting = next((stretch for stretch in self.stretches if not stretch.is_behind), None)
        return waiting if waiting and waiting.awaits_hand_in else None

    @property
    def is_finished(self) -> bool:
        return bool(self.stretches) and all(stretch.is_behind for stretch in self.stretches)

    @property
    def opens_at(self) -> datetime | None:
        """When the next section opens, where the protocol asks for a pause that is not over."""
        upcoming = next((stretch for stretch in self.stretches if not stretch.is_complete), None)
        return self._opens_at(upcoming) if upcoming else None

    def _opens_at(self, stretch: Stretch) -> datetime | None:
        """The washout lies between sections that count, and ends when a section has begun."""
        if not self.document.washout_days or stretch.answered or stretch.section.practice:
            return None
        before = [s.section for s in self.stretches if s.index < stretch.index and not s.section.practice]
        if not before:
            return None
        handed_in = Submission.objects.filter(enrolment=self.enrolment, section=before[-1]).first()
        if handed_in is None:
            return None
        opens_at = handed_in.at + timedelta(days=self.document.washout_days)
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
        last = stretch.answered + 1 + trials_ahead(self.document, stretch.document)
        slots = Slot.objects.filter(
            presentation__section=stretch.section,
            presentation__place=self.enrolment.own_place,
            presentation__order__range=(stretch.answered + 1, last),
        )
        if stretch.document.labels:
            slots = slots.select_related("trial_image")
        in_reach = _before_a_repeat(presentations_with(slots))
        for presentation in in_reach:
            presentation.section = stretch.section
        return in_reach

    def is_next(self, presentation: Presentation) -> bool:
        """Whether this is what the reader is to answer now: orders count from 1 within a section."""
        stretch = self.stretch
        return (
            stretch is not None
            and presentation.section_id == stretch.section.pk
            and presentation.order == stretch.answered + 1
        )

    @property
    def current(self) -> Presentation | None:
        return self.in_reach[0] if self.in_reach else None

    def lets_go_back(self, section: Section) -> bool:
        return self.document.reading.allow_back and not section.practice

    def may_go_back_to(self, presentation: Presentation) -> bool:
        """Whether an answer may still be changed: where the protocol says so, until the section is left."""
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
        if not self.lets_go_back(presentation.section):
            return None
        earlier = Presentation.objects.of(self.enrolment).filter(
            Q(section=presentation.section_id), order__lt=presentation.order
        )
        return earlier.order_by("-order").first()
