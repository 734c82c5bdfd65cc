"""Which images form which trial."""

from collections import Counter, deque
from collections.abc import Mapping, Sequence

from readerstudy.studies.protocol import ProtocolDocument, SectionDocument
from readerstudy.truth.allocation.document import PlannedImage, PlannedTrial, Pooled
from readerstudy.truth.allocation.shuffle import shuffled
from readerstudy.truth.errors import NotEnoughImages


class Pools:
    """The images not used yet. Each leaves its pool once, so none is shown twice.

    Practice tells the truth of its images, and images of one patient look alike: so practice and what counts
    share no patient while there are others.
    """

    def __init__(
        self, protocol: ProtocolDocument, images: Mapping[str, Sequence[Pooled]], key: bytes
    ) -> None:
        self._left: dict[str, deque[Pooled]] = {}
        self._patients: dict[bool, set[str]] = {True: set(), False: set()}
        for source in protocol.sources:
            have = sorted(images.get(source.name, ()), key=lambda pooled: pooled.image)
            needed = protocol.images_needed(source.name)
            if len(have) < needed:
                raise NotEnoughImages(
                    f"Source {source.name!r} has {len(have)} images; the protocol needs {needed}. "
                    f"Import {needed - len(have)} more or ask for fewer trials."
                )
            self._left[source.name] = deque(shuffled(have, key, "pool", source.name))

    def draw(self, source: str, groups: set[str], *, practice: bool) -> Pooled:
        """The next image of a source, of a patient not yet in this trial if there is one."""
        pool = self._left[source]
        elsewhere = self._patients[not practice]
        if not _turn_to_another(pool, groups | elsewhere):
            _turn_to_another(pool, groups)
        drawn = pool.popleft()
        if drawn.group:
            groups.add(drawn.group)
            self._patients[practice].add(drawn.group)
        return drawn


def _turn_to_another(pool: deque[Pooled], patients: set[str]) -> bool:
    """Turn the pool until its first image is of none of the patients; False if all are."""
    for _ in range(len(pool)):
        if pool[0].group not in patients:
            return True
        pool.rotate(-1)
    return False


def make_trials(
    protocol: ProtocolDocument, section: SectionDocument, pools: Pools, key: bytes
) -> list[PlannedTrial]:
    """The section's trials in the plan's order, catch trials last."""
    if section.task == "pick_real":
        makeups = [_one_of_each(section)] * (section.trials + section.catch)
    else:
        singles = [[name] for name, count in section.compose.items() for _ in range(count)]
        makeups = shuffled(singles, key, section.name, "sources")
        makeups += [[section.catch_source(protocol)]] * section.catch
    return [_trial(section, pools, makeup, number, key) for number, makeup in enumerate(makeups, start=1)]


def _one_of_each(section: SectionDocument) -> list[str]:
    return [name for name, count in section.compose.items() for _ in range(count)]


def _trial(
    section: SectionDocument, pools: Pools, makeup: Sequence[str], number: int, key: bytes
) -> PlannedTrial:
    groups: set[str] = set()
    seen: Counter[str] = Counter()
    images = []
    for source in makeup:
        pooled = pools.draw(source, groups, practice=section.practice)
        seen[source] += 1
        images.append(
            PlannedImage(
                source=source,
                image=pooled.image,
                alternative=source if seen[source] == 1 else f"{source}#{seen[source]}",
                label=_label(section, pooled.labels, source),
            )
        )
    # The order of images within a trial must not tell which is real.
    mixed = shuffled(images, key, section.name, "images", number)
    return PlannedTrial(images=tuple(mixed), catch=number > section.trials)


def _label(section: SectionDocument, labels: Mapping[str, str], source: str) -> dict[str, str]:
    missing = [name for name in section.labels if name not in labels]
    if missing:
        raise NotEnoughImages(
            f"Section {section.name!r} checks the label {missing[0]!r}, but an image of source {source!r} "
            "has no such label. Import it with a manifest that has the column."
        )
    return {name: str(labels[name]) for name in section.labels}
