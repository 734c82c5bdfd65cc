"""The images that are not used yet."""

from collections import defaultdict, deque
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

from readerstudy.studies.protocol import ProtocolDocument
from readerstudy.truth.allocation.document import Pooled
from readerstudy.truth.allocation.shuffle import shuffled
from readerstudy.truth.errors import NotEnoughImages

#: What images have in common that may stand together: values of labels, and a case.
Stratum = tuple[str, ...]


class Pools:
    """The images not used yet. Each leaves its pool once, so none is shown twice.

    Practice tells the truth of its images, and images of one patient look alike: so practice and what counts
    share no patient while there are others.
    """

    def __init__(self, images: Mapping[str, Iterable[Pooled]], *, of: Callable[[Pooled], Stratum]) -> None:
        self._left: dict[tuple[str, Stratum], deque[Pooled]] = {}
        for source, pool in images.items():
            for pooled in pool:
                self._left.setdefault((source, of(pooled)), deque()).append(pooled)
        self._patients: dict[bool, set[str]] = {True: set(), False: set()}

    @classmethod
    def of_a_study(
        cls, protocol: ProtocolDocument, images: Mapping[str, Sequence[Pooled]], key: bytes
    ) -> "Pools":
        """Everything that the sources have, in an order of its own. Refused if it is less than is needed."""
        found = {}
        for source in protocol.sources:
            have = sorted(images.get(source.name, ()), key=lambda pooled: pooled.image)
            needed = protocol.images_needed(source.name)
            if len(have) < needed:
                raise NotEnoughImages(
                    f"Source {source.name!r} has {len(have)} images; the protocol needs {needed}. "
                    f"Import {needed - len(have)} more or ask for fewer trials."
                )
            found[source.name] = shuffled(have, key, "pool", source.name)
        return cls(found, of=alike)

    def by(self, of: Callable[[Pooled], Stratum], sources: Collection[str]) -> "Pools":
        """The images of some sources, kept apart by what they have in common."""
        pools = Pools({source: self.of_source(source) for source in sources}, of=of)
        pools._patients = self._patients
        return pools

    def give_up(self, used: Iterable[tuple[str, str]]) -> None:
        """Take out the images, by source and name, that were drawn from a part of these pools."""
        gone = set(used)
        for (source, _), pool in self._left.items():
            kept = [one for one in pool if (source, one.image) not in gone]
            pool.clear()
            pool.extend(kept)

    def of_source(self, source: str) -> list[Pooled]:
        return [one for (name, _), pool in self._left.items() if name == source for one in pool]

    def has(self, source: str, stratum: Stratum) -> bool:
        return bool(self._left.get((source, stratum)))

    def left(self) -> dict[Stratum, dict[str, int]]:
        """How many images of each source have something in common."""
        found: dict[Stratum, dict[str, int]] = defaultdict(dict)
        for (source, stratum), pool in self._left.items():
            found[stratum][source] = len(pool)
        return dict(sorted(found.items()))

    def draw(
        self, source: str, groups: set[str], *, practice: bool, stratum: Stratum = (), together: bool = False
    ) -> Pooled:
        """The next image of a source, of a patient not yet in this trial if there is one.

        `together`: the images of the trial are meant to be of one patient.
        """
        pool = self._left[source, stratum]
        elsewhere = self._patients[not practice]
        here = set() if together else groups
        if not _turn_to_another(pool, here | elsewhere):
            _turn_to_another(pool, here)
        drawn = pool.popleft()
        if drawn.group:
            groups.add(drawn.group)
            self._patients[practice].add(drawn.group)
        return drawn


def alike(pooled: Pooled) -> Stratum:
    """Tell no images apart."""
    return ()


def _turn_to_another(pool: deque[Pooled], patients: set[str]) -> bool:
    """Turn the pool until its first image is of none of the patients; False if all are."""
    for _ in range(len(pool)):
        if pool[0].group not in patients:
            return True
        pool.rotate(-1)
    return False
