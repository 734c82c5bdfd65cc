"""What the readers saw, case by case, with what they said of each image. Only after the unblinding."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Avg, Count, Q, QuerySet

from readerstudy.reading.models import Rating, Reason, Response
from readerstudy.studies.models import Section, Study
from readerstudy.truth.models import Key
from readerstudy.truth.unblind import require_unblinded


@dataclass(frozen=True, kw_only=True)
class Given:
    """A reason that a reader gave for an image: a tag, and where they pointed, in its pixels."""

    reader: str
    tag: str
    x: float | None
    y: float | None


@dataclass(frozen=True, kw_only=True)
class SeenImage:
    """One image: what it was, and how many out of how many took it for real, or found that its label fits."""

    trial_image: int
    image: int
    source: str
    real: bool
    votes: int
    readers: int
    mean_rating: float | None
    label: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Given, ...] = ()

    @property
    def spots(self) -> list[Given]:
        return [reason for reason in self.reasons if reason.x is not None]

    @property
    def tags(self) -> list[tuple[str, int]]:
        """The tags with how often each was given, the most frequent first."""
        return Counter(reason.tag for reason in self.reasons if reason.tag).most_common()

    @property
    def share(self) -> float:
        return self.votes / self.readers if self.readers else 0.0


@dataclass(frozen=True, kw_only=True)
class Case:
    """One trial with its images, and how many readers were wrong about it.

    Where labels are checked, how many did not find that the label fits; where realism is rated, nobody is.
    """

    number: int
    images: tuple[SeenImage, ...]
    readers: int
    wrong: int

    @property
    def fooled(self) -> float:
        return self.wrong / self.readers if self.readers else 0.0


def cases_of(study: Study, section: Section, *, reader: str = "", number: int | None = None) -> list[Case]:
    """The cases of a section, the ones that fooled most readers first; as one reader saw them, or one."""
    require_unblinded(study)
    answers, keys = _answers(section, reader), Key.objects.filter(trial_image__trial__section=section)
    if number is not None:
        answers = answers.filter(presentation__trial__number=number)
        keys = keys.filter(trial_image__trial__number=number)
    votes, readers = _votes(section, answers)
    ratings, reasons = _ratings(answers), _reasons(answers)
    images: dict[int, list[SeenImage]] = defaultdict(list)
    shown_as = keys.filter(catch=False).select_related("trial_image__trial", "provenance__source")
    for key in shown_as.order_by("trial_image__trial__number", "alternative"):
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
                label=shown.label,
                reasons=tuple(reasons.get(shown.pk, ())),
            )
        )
    cases = [_case(section.task, number, seen) for number, seen in images.items()]
    return sorted((case for case in cases if case.readers), key=lambda case: (-case.fooled, case.number))


def _case(task: str, number: int, seen: Sequence[SeenImage]) -> Case:
    readers = max(image.readers for image in seen)
    if task == "rate":
        wrong = 0
    elif task == "pick_real":
        wrong = sum(image.votes for image in seen if not image.real)
    else:
        taken_rightly = task == "check_label" or seen[0].real
        wrong = readers - seen[0].votes if taken_rightly else seen[0].votes
    return Case(number=number, images=tuple(seen), readers=readers, wrong=wrong)


def by_source(cases: Sequence[Case], source: str) -> list[Case]:
    """The cases with an image of a source, those with most votes for it first."""

    def share(case: Case) -> float:
        return max((image.share for image in case.images if _is_of(image, source)), default=0.0)

    shown = [case for case in cases if any(_is_of(image, source) for image in case.images)]
    return sorted(shown, key=lambda case: (-share(case), case.number))


def _is_of(image: SeenImage, source: str) -> bool:
    return image.source.partition("#")[0] == source


def _answers(section: Section, reader: str) -> QuerySet[Response]:
    """The answers that count: first showings, not hidden repeats, of all readers or of one."""
    first = Q(presentation__section=section, presentation__repeats__isnull=True)
    answers = Response.objects.counted().filter(first).order_by()
    return answers.filter(enrolment__pseudonym=reader) if reader else answers


def readers_of(section: Section) -> list[str]:
    """Those who gave answers to a section that count, by their pseudonyms."""
    places = _answers(section, "").values_list("enrolment__place", "enrolment__pseudonym")
    return [name for _, name in places.order_by("enrolment__place").distinct()]


def _votes(section: Section, answers: QuerySet[Response]) -> tuple[dict[int, int], dict[int, int]]:
    """How many took each image for real, and how many answered each trial."""
    if section.task == "pick_real":
        rows = answers.values_list("pick__trial_image").annotate(n=Count("pk"))
    else:
        said_real = answers.filter(Q(call="real") | Q(verdict="fits"))
        rows = said_real.values_list("presentation__slots__trial_image").annotate(n=Count("pk"))
    trials = answers.values_list("presentation__trial").annotate(n=Count("pk"))
    return dict(rows), dict(trials)


def _ratings(answers: QuerySet[Response]) -> dict[int, float]:
    rows = Rating.objects.filter(response__in=answers).order_by()
    return dict(rows.values_list("slot__trial_image").annotate(mean=Avg("points")))


def _reasons(answers: QuerySet[Response]) -> dict[int, list[Given]]:
    given: dict[int, list[Given]] = defaultdict(list)
    rows = Reason.objects.filter(response__in=answers).order_by("pk")
    who = "response__enrolment__pseudonym"
    for image, reader, tag, x, y in rows.values_list("slot__trial_image", who, "tag", "x", "y"):
        given[image].append(Given(reader=reader, tag=tag, x=x, y=y))
    return given
