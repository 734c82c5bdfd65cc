"""What the readers saw, case by case, with what they said of each image. Only after the unblinding."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Avg, Count, Q

from readerstudy.reading.models import Rating, Response
from readerstudy.studies.models import Section, Study
from readerstudy.truth.models import Key
from readerstudy.truth.unblind import require_unblinded


@dataclass(frozen=True, kw_only=True)
class SeenImage:
    """One image: what it was, how many took it for real, out of how many."""

    trial_image: int
    image: int
    source: str
    real: bool
    votes: int
    readers: int
    mean_rating: float | None

    @property
    def share(self) -> float:
        return self.votes / self.readers if self.readers else 0.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """One trial with its images. `fooled` is the share of readers who were wrong about it."""

    number: int
    images: tuple[SeenImage, ...]
    readers: int
    wrong: int

    @property
    def fooled(self) -> float:
        return self.wrong / self.readers if self.readers else 0.0


def cases_of(study: Study, section: Section) -> list[Case]:
    """The cases of a section, the ones that fooled most readers first."""
    require_unblinded(study)
    votes, readers = _votes(section)
    ratings = _ratings(section)
    images: dict[int, list[SeenImage]] = defaultdict(list)
    keys = (
        Key.objects.filter(trial_image__trial__section=section, catch=False)
        .select_related("trial_image__trial", "provenance__source")
        .order_by("trial_image__trial__number", "alternative")
    )
    for key in keys:
        shown = key.trial_image
        images[shown.trial.number].append(
            SeenImage(
                trial_image=shown.pk,
                image=shown.image_id,
                source=key.alternative,
                real=key.provenance.source.kind == "real",
                votes=votes.get(shown.pk, 0),
                readers=readers.get(shown.trial_id, 0),
                mean_rating=ratings.get(shown.pk),
            )
        )
    cases = [_case(number, seen) for number, seen in images.items()]
    return sorted((case for case in cases if case.readers), key=lambda case: (-case.fooled, case.number))


def _case(number: int, seen: Sequence[SeenImage]) -> Case:
    readers = max(image.readers for image in seen)
    if len(seen) == 1:
        wrong = readers - seen[0].votes if seen[0].real else seen[0].votes
    else:
        wrong = sum(image.votes for image in seen if not image.real)
    return Case(number=number, images=tuple(seen), readers=readers, wrong=wrong)


def _first_answers(section: Section) -> "Q":
    return Q(presentation__section=section, presentation__repeats__isnull=True)


def _votes(section: Section) -> tuple[dict[int, int], dict[int, int]]:
    """How many took each image for real, and how many answered each trial."""
    answers = Response.objects.counted().filter(_first_answers(section)).order_by()
    if section.task == "pick_real":
        rows = answers.values_list("pick__trial_image").annotate(n=Count("pk"))
    else:
        said_real = answers.filter(Q(call="real") | Q(verdict="fits"))
        rows = said_real.values_list("presentation__slots__trial_image").annotate(n=Count("pk"))
    trials = answers.values_list("presentation__trial").annotate(n=Count("pk"))
    return dict(rows), dict(trials)


def _ratings(section: Section) -> dict[int, float]:
    rows = Rating.objects.filter(
        response__presentation__section=section, response__presentation__repeats__isnull=True
    )
    return dict(rows.order_by().values_list("slot__trial_image").annotate(mean=Avg("points")))
