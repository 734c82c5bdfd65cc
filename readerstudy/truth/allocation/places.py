"""In which order and in which slots the reader at each place sees the trials of a section.

Nothing is balanced within a place: whoever knew what they had seen could count on what was left. Slots are
balanced over places instead, for every image of a trial alike, so that readers who compare their screens
learn nothing either.
"""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from readerstudy.studies.protocol import ProtocolDocument, SectionDocument
from readerstudy.truth.allocation.document import PlannedPresentation, PlannedTrial
from readerstudy.truth.allocation.shuffle import shuffled

Slots = tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class _Seat:
    """A place of the plan. `index` counts the places of its arm, which are balanced among themselves."""

    place: int
    index: int
    arm: str = ""


def make_places(
    protocol: ProtocolDocument, section: SectionDocument, trials: Sequence[PlannedTrial], key: bytes
) -> tuple[tuple[PlannedPresentation, ...], ...]:
    """The presentations of each place, in reading order; none where its arm does not read the section."""
    root = protocol.root_of(section)
    rotation = root if root.rotation == section.rotation else section
    base = sum(bool(trial.images) and not trial.catch for trial in trials)
    again = repeated(section, rotation, base, key)
    walks: dict[int, tuple[PlannedPresentation, ...]] = {}
    for seats in _seats(protocol, section):
        first = [_first_slots(section, trial, number, seats, key) for number, trial in enumerate(trials, 1)]
        for seat in seats:
            assigned = _assigned(rotation, base, trials, seat, key)
            slots = [of_trial[seat.index - 1] for of_trial in first]
            walks[seat.place] = _place(section, assigned, slots, again, seat.place, key)
            walks[seat.place] += tuple(
                PlannedPresentation(trial=number, slots=())
                for number, trial in enumerate(trials, 1)
                if not trial.images
            )
    return tuple(walks.get(place, ()) for place in range(1, protocol.places + 1))


def _seats(protocol: ProtocolDocument, section: SectionDocument) -> Iterator[list[_Seat]]:
    """The places that read a section, arm by arm."""
    places = range(1, protocol.places + 1)
    if not protocol.arms:
        yield [_Seat(place=place, index=place) for place in places]
    for number, arm in enumerate(protocol.arms):
        if section.name in arm.sections:
            mine = places[number :: len(protocol.arms)]
            yield [_Seat(place=place, index=index, arm=arm.name) for index, place in enumerate(mine, start=1)]


def _first_slots(
    section: SectionDocument, trial: PlannedTrial, number: int, seats: Sequence[_Seat], key: bytes
) -> list[Slots]:
    """The slots of a trial at its first showing, place by place.

    Among as many successive places of an arm as there are images, each image stands once in each slot. Catch
    trials stay outside the balance, and so does a reference, which has its own place.
    """
    width = len(trial.compared)
    numbers = range(1, width + 1)
    last = tuple(range(width + 1, len(trial.images) + 1))
    if not width:
        return [last] * len(seats)
    if trial.catch:
        return [
            (*shuffled(numbers, key, section.name, "catch slots", number, seat.place), *last)
            for seat in seats
        ]
    rows: list[Slots] = []
    for block in range(math.ceil(len(seats) / width)):
        names = (number, block, *filter(None, [seats[0].arm]))
        row = shuffled(numbers, key, section.name, "slots", *names)
        shifts = shuffled(range(width), key, section.name, "shifts", *names)
        rows += [(*row[shift:], *row[:shift], *last) for shift in shifts]
    return rows[: len(seats)]


def _place(
    section: SectionDocument,
    assigned: Sequence[int],
    first_slots: Sequence[Slots],
    again: Sequence[int],
    place: int,
    key: bytes,
) -> tuple[PlannedPresentation, ...]:
    first: dict[int, int] = {}
    presentations = []
    walk = _walk(section, assigned, [trial for trial in again if trial in set(assigned)], place, key)
    for order, trial in enumerate(walk, start=1):
        slots = first_slots[trial - 1]
        if trial in first:
            width = len(slots) - bool(section.reference)
            mixed = shuffled(sorted(slots[:width]), key, section.name, "slots again", trial, place)
            slots = (*mixed, *slots[width:])
        presentations.append(PlannedPresentation(trial=trial, slots=slots, repeats=first.get(trial)))
        first.setdefault(trial, order)
    return tuple(presentations)


def _assigned(
    rotation: SectionDocument, base: int, trials: Sequence[PlannedTrial], seat: _Seat, key: bytes
) -> list[int]:
    """The trial numbers read at a place: all of them, or the anchors and one block in turn.

    A section that shows another's screens again shows each reader those that they saw there.
    """
    catch = [number for number, trial in enumerate(trials, 1) if trial.catch]
    if rotation.design != "rotate":
        return [*range(1, base + 1), *catch]
    mixed = shuffled(range(1, base + 1), key, rotation.name, "blocks")
    anchors, rest = mixed[: rotation.anchor], mixed[rotation.anchor :]
    start = ((seat.index - 1) * rotation.block) % len(rest)
    return sorted(anchors + rest[start : start + rotation.block]) + catch


def repeated(section: SectionDocument, rotation: SectionDocument, base: int, key: bytes) -> list[int]:
    """The trials every reader sees a second time."""
    candidates = list(range(1, base + 1))
    if rotation.design == "rotate":
        candidates = shuffled(candidates, key, rotation.name, "blocks")[: rotation.anchor]
    return shuffled(candidates, key, section.name, "repeats")[: section.repeats]


def _walk(
    section: SectionDocument, assigned: Sequence[int], again: Sequence[int], place: int, key: bytes
) -> list[int]:
    """A random order in which every repeat lies at least a third of the section after its original.

    Originals of repeated trials fall into the first stretch, the repeats into the last, both in the same
    relative order; everything else fills the gaps at random. A fixed order is the same at all places: that
    of the plan, with obvious fakes among the others.
    """
    total = len(assigned) + len(again)
    stretch = max(total // 3, len(again))
    fixed_order = section.order == "fixed"
    names = (section.name, 0 if fixed_order else place)
    once = [trial for trial in assigned if trial not in set(again)]
    once = _fixed(section, once, key) if fixed_order else shuffled(once, key, *names, "order")
    pairs = shuffled(list(again), key, *names, "pairs")
    early = sorted(shuffled(range(min(stretch, total)), key, *names, "early")[: len(pairs)])
    late = sorted(shuffled(range(max(total - stretch, 0), total), key, *names, "late")[: len(pairs)])
    fixed = dict(zip(early, pairs, strict=True))
    fixed.update((position, trial) for position, trial in zip(late, pairs, strict=True))
    rest = iter(once)
    return [fixed[position] if position in fixed else next(rest) for position in range(total)]


def _fixed(section: SectionDocument, once: Sequence[int], key: bytes) -> list[int]:
    """The trials by number, those at the end that are obvious fakes at random places among them."""
    plain, catch = list(once[: len(once) - section.catch]), list(once[len(once) - section.catch :])
    places = sorted(shuffled(range(len(once)), key, section.name, "fixed")[: len(catch)])
    for position, trial in zip(places, catch, strict=True):
        plain.insert(position, trial)
    return plain
