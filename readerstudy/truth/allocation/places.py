"""In which order and in which slots the reader at each place sees the trials of a section.

Nothing is balanced within a place: whoever knew what they had seen could count on what was left. Slots are
balanced over places instead, for every image of a trial alike, so that readers who compare their screens
learn nothing either.
"""

import math
from collections.abc import Sequence

from readerstudy.studies.protocol import SectionDocument
from readerstudy.truth.allocation.document import PlannedPresentation, PlannedTrial
from readerstudy.truth.allocation.shuffle import shuffled

Slots = tuple[int, ...]


def make_places(
    section: SectionDocument, trials: Sequence[PlannedTrial], places: int, key: bytes
) -> tuple[tuple[PlannedPresentation, ...], ...]:
    """The presentations of each place, in reading order."""
    first = [_first_slots(section, trial, number, places, key) for number, trial in enumerate(trials, 1)]
    again = repeated(section, key)
    return tuple(
        _place(section, trials, [slots[place - 1] for slots in first], again, place, key)
        for place in range(1, places + 1)
    )


def _first_slots(
    section: SectionDocument, trial: PlannedTrial, number: int, places: int, key: bytes
) -> list[Slots]:
    """The slots of a trial at its first showing, place by place.

    Among as many successive places as there are images, each image stands once in each slot. Catch trials
    stay outside the balance.
    """
    width = len(trial.images)
    numbers = range(1, width + 1)
    if trial.catch:
        return [
            tuple(shuffled(numbers, key, section.name, "catch slots", number, place))
            for place in range(1, places + 1)
        ]
    rows: list[Slots] = []
    for block in range(math.ceil(places / width)):
        row = shuffled(numbers, key, section.name, "slots", number, block)
        shifts = shuffled(range(width), key, section.name, "shifts", number, block)
        rows += [tuple(row[shift:] + row[:shift]) for shift in shifts]
    return rows[:places]


def _place(
    section: SectionDocument,
    trials: Sequence[PlannedTrial],
    first_slots: Sequence[Slots],
    again: Sequence[int],
    place: int,
    key: bytes,
) -> tuple[PlannedPresentation, ...]:
    first: dict[int, int] = {}
    presentations = []
    walk = _walk(section, _assigned(section, len(trials), place, key), again, place, key)
    for order, trial in enumerate(walk, start=1):
        slots = first_slots[trial - 1]
        if trial in first:
            slots = tuple(shuffled(sorted(slots), key, section.name, "slots again", trial, place))
        presentations.append(PlannedPresentation(trial=trial, slots=slots, repeats=first.get(trial)))
        first.setdefault(trial, order)
    return tuple(presentations)


def _assigned(section: SectionDocument, trials: int, place: int, key: bytes) -> list[int]:
    """The trial numbers read at a place: all of them, or the anchors and one block in turn."""
    if section.design != "rotate":
        return list(range(1, trials + 1))
    mixed = shuffled(range(1, section.trials + 1), key, section.name, "blocks")
    anchors, rest = mixed[: section.anchor], mixed[section.anchor :]
    start = ((place - 1) * section.block) % len(rest)
    catch = list(range(section.trials + 1, trials + 1))
    return sorted(anchors + rest[start : start + section.block]) + catch


def repeated(section: SectionDocument, key: bytes) -> list[int]:
    """The trials every reader sees a second time."""
    candidates = list(range(1, section.trials + 1))
    if section.design == "rotate":
        candidates = shuffled(candidates, key, section.name, "blocks")[: section.anchor]
    return shuffled(candidates, key, section.name, "repeats")[: section.repeats]


def _walk(
    section: SectionDocument, assigned: Sequence[int], again: Sequence[int], place: int, key: bytes
) -> list[int]:
    """A random order in which every repeat lies at least a third of the section after its original.

    Originals of repeated trials fall into the first stretch, the repeats into the last, both in the same
    relative order; everything else fills the gaps at random.
    """
    total = len(assigned) + len(again)
    stretch = max(total // 3, len(again))
    names = (section.name, place)
    once = shuffled([trial for trial in assigned if trial not in set(again)], key, *names, "order")
    pairs = shuffled(list(again), key, *names, "pairs")
    early = sorted(shuffled(range(min(stretch, total)), key, *names, "early")[: len(pairs)])
    late = sorted(shuffled(range(max(total - stretch, 0), total), key, *names, "late")[: len(pairs)])
    fixed = dict(zip(early, pairs, strict=True))
    fixed.update((position, trial) for position, trial in zip(late, pairs, strict=True))
    rest = iter(once)
    return [fixed[position] if position in fixed else next(rest) for position in range(total)]
