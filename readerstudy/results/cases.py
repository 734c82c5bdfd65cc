"""Cases after the unblinding: what readers saw, and how they judged each image."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from operator import attrgetter
from typing import NamedTuple

from django.db.models import QuerySet

from readerstudy.reading.models import Reason, Response
from readerstudy.results.case_items import Given, points_on
from readerstudy.results.tallies import Counts, answers_in, counts_among, settled_counts
from readerstudy.studies.models import Section, Study, TrialImage
from readerstudy.truth.models import Key
from readerstudy.truth.unblind import require_unblinded


@dataclass(frozen=True, kw_only=True)
class SeenImage:
    """One image: what it was, and how many out of how many took it for real, or found that its label fits."""

    trial_image: int
    source: str
    real: bool
    votes: int
    readers: int
    mean_rating: float | None
    label: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Given, ...] = ()

    @property
    def kind(self) -> str:
        return "real" if self.real else "synthetic"

    @property
    def spots(self) -> list[Given]:
        return [reason for reason in self.reasons if reason.x is not None]

    @property
    def tags(self) -> list[tuple[str, int]]:
        """The tags with how often each was given, the most frequent first."""
        return Counter(reason.tag for reason in self.reasons if reason.tag).most_common()


@dataclass(frozen=True, kw_only=True)
class Case:
    """One trial with its images, and how many readers were wrong about it.

    Where labels are checked, how many did not find that the label fits; where realism is rated, or other
    questions are asked, nobody is.
    """

    number: int
    images: tuple[SeenImage, ...]
    readers: int
    wrong: int

    @property
    def fooled(self) -> float:
        return self.wrong / self.readers if self.readers else 0.0


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """Some of a section's cases in their order, out of how many; and the sources that its cases show."""

    cases: Sequence[Case]
    count: int
    sources: Sequence[str]


class _Fared(NamedTuple):
    """How one image fared: light, because a section may have ten thousand."""

    number: int
    trial_image: int
    alternative: str
    real: bool
    votes: int
    readers: int

    @property
    def source(self) -> str:
        return self.alternative.partition("#")[0]

    @property
    def share(self) -> float:
        return self.votes / self.readers


_Seen = tuple[_Fared, ...]


def counting_section(study: Study, name: str) -> Section | None:
    """A section by its name, if its answers count."""
    return Section.objects.filter(study=study, name=name, practice=False).first()


def gallery(
    study: Study,
    section: Section,
    *,
    reader: str = "",
    source: str = "",
    start: int = 0,
    most: int,
    reasons: bool = True,
) -> Gallery:
    """The cases that fooled most readers first, or one reader; of a source, those in which it passed best."""
    require_unblinded(study)
    answers = answers_in(section, reader)
    if reader:
        counts = counts_among(section, answers, TrialImage.objects.filter(trial__section=section))
    else:
        counts = settled_counts(section)
    found = _fared(Key.objects.filter(trial_image__trial__section=section), counts)
    sources = sorted({image.source for seen in found for image in seen})
    found = _in_order(section.task, found, source)
    shown = found[start : start + most]
    giving = answers if reasons else answers.none()
    return Gallery(cases=_opened(section, shown, giving, counts), count=len(found), sources=sources)


def case_of(study: Study, section: Section, number: int) -> Case | None:
    """One case, if anybody answered it."""
    require_unblinded(study)
    answers = answers_in(section).filter(presentation__trial__number=number)
    shown = TrialImage.objects.filter(trial__section=section, trial__number=number)
    counts = counts_among(section, answers, shown)
    found = _fared(Key.objects.filter(trial_image__in=shown), counts)
    return next(iter(_opened(section, found, answers, counts)), None)


def _fared(keys: QuerySet[Key], counts: Counts) -> list[_Seen]:
    """The images of each case that somebody answered; obvious fakes are none."""
    rows = keys.filter(catch=False).order_by("trial_image__trial__number", "alternative")
    columns = "trial_image__trial__number", "trial_image", "alternative", "provenance__source__kind"
    fared = (
        _Fared(number, image, alternative, kind == "real", *counts[image][:2])
        for number, image, alternative, kind in rows.values_list(*columns)
    )
    answered = (image for image in fared if image.readers)
    return [tuple(seen) for _, seen in groupby(answered, key=attrgetter("number"))]


def _in_order(task: str, found: Sequence[_Seen], source: str) -> list[_Seen]:
    if task == "ask":
        of_it = [seen for seen in found if not source or any(image.source == source for image in seen)]
        return sorted(of_it, key=lambda seen: seen[0].number)
    if not source:
        return sorted(found, key=lambda seen: (-_wrong(task, seen) / seen[0].readers, seen[0].number))

    def best(seen: _Seen) -> float:
        return max(image.share for image in seen if image.source == source)

    of_it = [seen for seen in found if any(image.source == source for image in seen)]
    return sorted(of_it, key=lambda seen: (-best(seen), seen[0].number))


def _wrong(task: str, seen: _Seen) -> int:
    if task in ("rate", "ask"):
        return 0
    if task == "pick_real":
        return sum(image.votes for image in seen if not image.real)
    taken_rightly = task == "check_label" or seen[0].real
    return seen[0].readers - seen[0].votes if taken_rightly else seen[0].votes


def _opened(
    section: Section, found: Sequence[_Seen], answers: QuerySet[Response], counts: Counts
) -> list[Case]:
    """The cases with everything about their images; for as many as are shown."""
    images = [image.trial_image for seen in found for image in seen]
    shown = TrialImage.objects.in_bulk(images)
    reasons = _reasons(answers, images)
    document = section.study.lock.protocol.document.section(section.name)
    for image, points in points_on(answers, images, document).items():
        reasons[image] += points

    def seen_image(image: _Fared) -> SeenImage:
        return SeenImage(
            trial_image=image.trial_image,
            source=image.alternative,
            real=image.real,
            votes=image.votes,
            readers=image.readers,
            mean_rating=counts[image.trial_image].mean_rating,
            label=shown[image.trial_image].label,
            reasons=tuple(reasons.get(image.trial_image, ())),
        )

    return [
        Case(
            number=seen[0].number,
            images=tuple(map(seen_image, seen)),
            readers=seen[0].readers,
            wrong=_wrong(section.task, seen),
        )
        for seen in found
    ]


def _reasons(answers: QuerySet[Response], images: Iterable[int]) -> dict[int, list[Given]]:
    given: dict[int, list[Given]] = defaultdict(list)
    rows = Reason.objects.filter(response__in=answers, slot__trial_image__in=images).order_by("pk")
    who = "response__enrolment__pseudonym"
    for image, reader, tag, x, y in rows.values_list("slot__trial_image", who, "tag", "x", "y"):
        given[image].append(Given(reader=reader, tag=tag, x=x, y=y))
    return given
