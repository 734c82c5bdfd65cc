"""What may be told of a plan while readers are blinded: counts, balance and orders, never a trial by name.

Everything here is summed over places and trials. No number belongs to one trial, one screen or one place, so
that nobody who compares it with a reader's screen, with the log or with a masked bundle learns which image
is which (decision 0077). The plan itself is in the bundle after the unblinding.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations
from statistics import fmean, median

from django.db.models import Count

from readerstudy.reading.models import Presentation, Slot
from readerstudy.reading.models.presentation import REFERENCE_AT
from readerstudy.results.spreadsheet import csv_text
from readerstudy.studies.models import Study
from readerstudy.truth.models import Key

#: Below this many showings a share of slots would tell of single trials.
FEWEST_SHOWINGS = 100
#: Pairs of places grow with the square of their number; so many places say enough of all.
MOST_COMPARED = 40
TENTHS = 10


@dataclass(frozen=True, kw_only=True)
class Orders:
    """How the orders of places differ. `spread`: how many trials come on average in which tenth."""

    different: int
    places: int
    correlation: float | None
    lowest: float | None
    highest: float | None
    spread: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SlotShare:
    """How often images of a source stand at a place of the screen, in whole percent: least and most."""

    source: str
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class Balance:
    """Of a value of a matched label: the fewest and the most images that a source has of it."""

    label: str
    value: str
    low: int
    high: int


@dataclass(frozen=True, kw_only=True)
class SectionSummary:
    name: str
    title: str
    practice: bool
    trials: int
    catch: int
    repeats: int
    images_on_a_screen: int
    used: Mapping[str, int]
    screens_each: int
    orders: Orders
    #: Empty where screens show one image, or too few to tell without telling of single trials.
    slots: tuple[SlotShare, ...]
    #: Which source has how many is not told, so that a label tells nothing of a source.
    balance: tuple[Balance, ...]
    #: The fewest screens between a trial and its repeat.
    repeat_after: int | None

    @property
    def expected_percent(self) -> float:
        return 100 / self.images_on_a_screen


@dataclass(frozen=True, kw_only=True)
class _Shown:
    trial: int
    order: int
    repeats: int | None


def summary_of(study: Study) -> list[SectionSummary]:
    """Return the summary of each section, in five queries whatever the plan's size."""
    titles = {section.name: section.title for section in study.protocol.document.sections}
    matches = {section.name: section.match for section in study.protocol.document.sections}
    keys = _keys(study)
    shown = _shown(study)
    slots = _slots(study, keys)
    return [
        replace(
            _section(name, titles.get(name, name), practice, keys.of_section(pk), shown[pk], slots[pk]),
            balance=tuple(_balance(keys.of_section(pk), matches.get(name, ()))),
        )
        for pk, name, practice in study.sections.order_by("position").values_list("pk", "name", "practice")
    ]


@dataclass(frozen=True, kw_only=True)
class _Image:
    trial: int
    source: str
    catch: bool
    is_reference: bool
    labels: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class _Keys:
    images: Mapping[int, _Image]
    sections: Mapping[int, tuple[int, ...]]

    def of_section(self, section: int) -> list[_Image]:
        return [self.images[pk] for pk in self.sections.get(section, ())]


def _keys(study: Study) -> _Keys:
    rows = Key.objects.filter(trial_image__trial__section__study=study).values_list(
        "trial_image",
        "trial_image__trial",
        "trial_image__trial__section",
        "provenance__source__name",
        "catch",
        "alternative",
        "provenance__labels",
    )
    images, sections = {}, defaultdict(list)
    for pk, trial, section, source, catch, alternative, labels in rows.iterator(2_000):
        images[pk] = _Image(
            trial=trial, source=source, catch=catch, is_reference=alternative == "reference", labels=labels
        )
        sections[section].append(pk)
    return _Keys(images=images, sections={section: tuple(found) for section, found in sections.items()})


def _shown(study: Study) -> dict[int, dict[int, list[_Shown]]]:
    """Return the presentations by section and place, in their order."""
    found: dict[int, dict[int, list[_Shown]]] = defaultdict(lambda: defaultdict(list))
    rows = Presentation.objects.filter(section__study=study).order_by("section", "place", "order")
    for section, place, trial, order, repeats in rows.values_list(
        "section", "place", "trial", "order", "repeats__order"
    ).iterator(5_000):
        found[section][place].append(_Shown(trial=trial, order=order, repeats=repeats))
    return found


def _slots(study: Study, keys: _Keys) -> dict[int, Counter[tuple[str, int]]]:
    """Count the first showings by section, source and place on the screen."""
    rows = (
        Slot.objects.filter(
            presentation__section__study=study, presentation__repeats__isnull=True, position__lt=REFERENCE_AT
        )
        .order_by()
        .values_list("presentation__section", "trial_image", "position")
        .annotate(n=Count("pk"))
    )
    counts: dict[int, Counter[tuple[str, int]]] = defaultdict(Counter)
    for section, image, position, n in rows.iterator(5_000):
        key = keys.images[image]
        if not (key.catch or key.is_reference):
            counts[section][key.source, position] += n
    return counts


def _balance(images: Iterable[_Image], match: Iterable[str]) -> Iterator[Balance]:
    """How evenly the sources of a section share the values of its matched labels."""
    counted = [image for image in images if not (image.catch or image.is_reference)]
    sources = {image.source for image in counted}
    for label in match:
        counts = Counter((str(image.labels.get(label, "")), image.source) for image in counted)
        for value in sorted({value for value, _ in counts}):
            of_each = [counts[value, source] for source in sources]
            yield Balance(label=label, value=value, low=min(of_each), high=max(of_each))


def _section(
    name: str,
    title: str,
    practice: bool,
    images: list[_Image],
    places: Mapping[int, list[_Shown]],
    slots: Counter[tuple[str, int]],
) -> SectionSummary:
    walks = list(places.values())
    trials = {image.trial for image in images if not image.catch}
    catch = {image.trial for image in images if image.catch}
    compared = [image for image in images if not image.is_reference]
    width = len(compared) // len(trials | catch) if trials | catch else 0
    gaps = [one.order - one.repeats for walk in walks for one in walk if one.repeats is not None]
    return SectionSummary(
        name=name,
        balance=(),
        title=title,
        practice=practice,
        trials=len(trials),
        catch=len(catch),
        repeats=max((sum(one.repeats is not None for one in walk) for walk in walks), default=0),
        images_on_a_screen=width,
        used=dict(sorted(Counter(image.source for image in images if not image.catch).items())),
        screens_each=max(map(len, walks), default=0),
        orders=_orders(walks),
        slots=_shares(slots, width),
        repeat_after=min(gaps) - 1 if gaps else None,
    )


def _shares(slots: Counter[tuple[str, int]], width: int) -> tuple[SlotShare, ...]:
    if width < 2:
        return ()
    shown: Counter[str] = Counter()
    for (source, _), n in slots.items():
        shown[source] += n
    if min(shown.values(), default=0) < FEWEST_SHOWINGS:
        return ()
    shares = []
    for source, total in sorted(shown.items()):
        at = [100 * slots[source, position] / total for position in range(width)]
        shares.append(SlotShare(source=source, low=round(min(at)), high=round(max(at))))
    return tuple(shares)


def _orders(walks: list[list[_Shown]]) -> Orders:
    firsts = [{one.trial: one.order for one in walk if one.repeats is None} for walk in walks]
    found = [
        rho
        for one, other in combinations(firsts[:MOST_COMPARED], 2)
        if (rho := _rank_correlation(one, other)) is not None
    ]
    return Orders(
        different=len({tuple(one.trial for one in walk) for walk in walks}),
        places=len(walks),
        correlation=median(found) if found else None,
        lowest=min(found, default=None),
        highest=max(found, default=None),
        spread=_spread(firsts, walks),
    )


def _rank_correlation(one: Mapping[int, int], other: Mapping[int, int]) -> float | None:
    """Return Spearman's coefficient over the trials that both places read."""
    common = one.keys() & other.keys()
    n = len(common)
    if n < 3:
        return None
    first, second = (
        {trial: rank for rank, trial in enumerate(sorted(common, key=walk.__getitem__))}
        for walk in (one, other)
    )
    squares = sum((first[trial] - second[trial]) ** 2 for trial in common)
    return 1 - 6 * squares / (n * (n**2 - 1))


def _spread(firsts: Iterable[Mapping[int, int]], walks: Iterable[list[_Shown]]) -> tuple[int, ...]:
    at: dict[int, list[float]] = defaultdict(list)
    for first, walk in zip(firsts, walks, strict=True):
        for trial, order in first.items():
            at[trial].append((order - 0.5) / len(walk))
    counts = Counter(min(TENTHS - 1, int(TENTHS * fmean(places))) for places in at.values())
    return tuple(counts[tenth] for tenth in range(TENTHS))


def summary_as_csv(sections: Iterable[SectionSummary]) -> str:
    """Return one line for each figure: section, what, value."""
    rows = ((section.name, *figure) for section in sections for figure in _figures(section))
    return csv_text([("section", "what", "value"), *rows])


def _figures(section: SectionSummary) -> Iterable[tuple[str, object]]:
    yield "trials", section.trials
    yield "catch trials", section.catch
    yield "repeats", section.repeats
    yield "images on a screen", section.images_on_a_screen
    yield "screens for each reader", section.screens_each
    for source, used in section.used.items():
        yield f"images used of {source}", used
    for share in section.slots:
        yield f"least percent of one slot for {share.source}", share.low
        yield f"most percent of one slot for {share.source}", share.high
    orders = section.orders
    yield "places", orders.places
    yield "different orders", orders.different
    for what, value in (
        ("median rank correlation of two orders", orders.correlation),
        ("lowest rank correlation of two orders", orders.lowest),
        ("highest rank correlation of two orders", orders.highest),
    ):
        if value is not None:
            yield what, f"{value:.2f}"
    for tenth, n in enumerate(orders.spread, 1):
        yield f"trials read in tenth {tenth} on average", n
    if section.repeat_after is not None:
        yield "fewest screens between a trial and its repeat", section.repeat_after
