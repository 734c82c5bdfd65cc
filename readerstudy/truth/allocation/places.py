"""In which order and in which slots the reader at a place sees the trials of a section."""

from collections.abc import Sequence

from readerstudy.studies.protocol import ProtocolDocument, SectionDocument
from readerstudy.truth.allocation.document import PlannedPresentation, PlannedTrial
from readerstudy.truth.allocation.shuffle import shuffled


def make_place(
    protocol: ProtocolDocument,
    section: SectionDocument,
    trials: Sequence[PlannedTrial],
    place: int,
    real: frozenset[str],
) -> tuple[PlannedPresentation, ...]:
    """The presentations at one place, in reading order."""
    key = (protocol.seed, section.name, place)
    walk = _walk(section, _assigned(protocol, section, len(trials), place), repeated(protocol, section), key)
    targets = _targets(trials, real)
    slots = _slots(walk, trials, targets, key)
    first: dict[int, int] = {}
    presentations = []
    for order, trial in enumerate(walk, start=1):
        presentations.append(
            PlannedPresentation(trial=trial, slots=slots[order - 1], repeats=first.get(trial))
        )
        first.setdefault(trial, order)
    return tuple(presentations)


def _assigned(protocol: ProtocolDocument, section: SectionDocument, trials: int, place: int) -> list[int]:
    """The trial numbers read at a place: all of them, or the anchors and one block in turn."""
    if section.design != "rotate":
        return list(range(1, trials + 1))
    mixed = shuffled(range(1, section.trials + 1), protocol.seed, section.name, "blocks")
    anchors, rest = mixed[: section.anchor], mixed[section.anchor :]
    start = ((place - 1) * section.block) % len(rest)
    catch = list(range(section.trials + 1, trials + 1))
    return sorted(anchors + rest[start : start + section.block]) + catch


def repeated(protocol: ProtocolDocument, section: SectionDocument) -> list[int]:
    """The trials every reader sees a second time."""
    if section.design == "rotate":
        mixed = shuffled(range(1, section.trials + 1), protocol.seed, section.name, "blocks")
        candidates = mixed[: section.anchor]
    else:
        candidates = list(range(1, section.trials + 1))
    return shuffled(candidates, protocol.seed, section.name, "repeats")[: section.repeats]


def _walk(
    section: SectionDocument, assigned: Sequence[int], again: Sequence[int], key: tuple[object, ...]
) -> list[int]:
    """A random order in which every repeat lies at least a third of the section after its original.

    Originals of repeated trials fall into the first stretch, the repeats into the last, both in the same
    relative order; everything else fills the gaps at random.
    """
    total = len(assigned) + len(again)
    stretch = max(total // 3, len(again))
    once = shuffled([trial for trial in assigned if trial not in set(again)], *key, "order")
    pairs = shuffled(list(again), *key, "pairs")
    early = sorted(shuffled(range(min(stretch, total)), *key, "early")[: len(pairs)])
    late = sorted(shuffled(range(max(total - stretch, 0), total), *key, "late")[: len(pairs)])
    fixed = dict(zip(early, pairs, strict=True))
    fixed.update((position, trial) for position, trial in zip(late, pairs, strict=True))
    rest = iter(once)
    return [fixed[position] if position in fixed else next(rest) for position in range(total)]


def _targets(trials: Sequence[PlannedTrial], real: frozenset[str]) -> list[int]:
    """The number (from 1) of the image whose slot is balanced: the real one, else the first."""
    return [
        next((n for n, image in enumerate(trial.images, start=1) if image.source in real), 1)
        for trial in trials
    ]


def _slots(
    walk: Sequence[int], trials: Sequence[PlannedTrial], targets: Sequence[int], key: tuple[object, ...]
) -> list[tuple[int, ...]]:
    """Image numbers by slot; the target stands in each slot equally often, within one."""
    width = len(trials[0].images)
    # Which slots get one more, when the number of trials is no multiple of the slots, is random too.
    columns = shuffled(range(width), *key, "columns")
    balanced = shuffled([columns[i % width] for i in range(len(walk))], *key, "targets")
    found = []
    for order, (trial, column) in enumerate(zip(walk, balanced, strict=True)):
        target = targets[trial - 1]
        others = [n for n in range(1, width + 1) if n != target]
        row = shuffled(others, *key, "slots", order)
        row.insert(column, target)
        found.append(tuple(row))
    return found
