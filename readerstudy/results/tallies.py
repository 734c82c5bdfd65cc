"""How often each image was seen, taken for real, and rated how: of a whole section counted once and kept."""

from typing import NamedTuple

from django.db.models import Avg, Count, Q, QuerySet

from readerstudy.reading.models import Rating, Response
from readerstudy.results.models import ImageTally
from readerstudy.studies.models import Enrolment, Section, TrialImage

ROWS_AT_ONCE = 2_000


class Counted(NamedTuple):
    """Of one image: the votes for it, among how many answers, and the mean of its ratings."""

    votes: int
    readers: int
    mean_rating: float | None


Counts = dict[int, Counted]


def answers_in(section: Section) -> QuerySet[Response]:
    """The answers that count: first showings, not hidden repeats."""
    first = Q(presentation__section=section, presentation__repeats__isnull=True)
    return Response.objects.counted().filter(first).order_by()


def readers_of(section: Section) -> list[str]:
    """Those who gave answers to a section that count, by their pseudonyms."""
    people = Enrolment.objects.filter(study=section.study_id).readers().order_by("place", "pk")
    answered = answers_in(section).values("enrolment")
    return list(people.filter(pk__in=answered).values_list("pseudonym", flat=True))


def settled_counts(section: Section) -> Counts:
    """Of every image of a section, over all readers; the caller has seen to it that it is unblinded."""
    kept = _kept(section)
    if kept:
        return kept
    shown = TrialImage.objects.filter(trial__section=section)
    counts = counts_among(section, answers_in(section), shown)
    rows = [ImageTally(trial_image_id=image, **counted._asdict()) for image, counted in counts.items()]
    ImageTally.objects.bulk_create(rows, ROWS_AT_ONCE, ignore_conflicts=True)
    return counts


def _kept(section: Section) -> Counts:
    rows = ImageTally.objects.filter(trial_image__trial__section=section)
    columns = rows.values_list("trial_image", "votes", "readers", "mean_rating")
    return {image: Counted(*counted) for image, *counted in columns}


def counts_among(section: Section, answers: QuerySet[Response], shown: QuerySet[TrialImage]) -> Counts:
    """Of the images `shown`, each in a trial of the section, among some of its answers."""
    votes, ratings = _votes(section, answers), _ratings(answers)
    readers = dict(answers.values_list("presentation__trial").annotate(n=Count("pk")))
    return {
        image: Counted(votes.get(image, 0), readers.get(trial, 0), ratings.get(image))
        for image, trial in shown.values_list("pk", "trial")
    }


def _votes(section: Section, answers: QuerySet[Response]) -> dict[int, int]:
    """How many took each image for real, or found that its label fits."""
    if section.task == "pick_real":
        rows = answers.values_list("pick__trial_image").annotate(n=Count("pk"))
    else:
        said_real = answers.filter(Q(call="real") | Q(verdict="fits"))
        rows = said_real.values_list("presentation__slots__trial_image").annotate(n=Count("pk"))
    return dict(rows)


def _ratings(answers: QuerySet[Response]) -> dict[int, float]:
    rows = Rating.objects.filter(response__in=answers).order_by()
    return dict(rows.values_list("slot__trial_image").annotate(mean=Avg("points")))
