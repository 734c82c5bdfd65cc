"""Which images form which trial."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from readerstudy.studies.protocol import ProtocolDocument, SectionDocument
from readerstudy.truth.allocation.document import REFERENCE, PlannedImage, PlannedTrial, Pooled
from readerstudy.truth.allocation.matching import assign, spread, stratum_of
from readerstudy.truth.allocation.pools import Pools, Stratum, alike
from readerstudy.truth.allocation.shuffle import shuffled
from readerstudy.truth.errors import NotEnoughImages


@dataclass(frozen=True, kw_only=True)
class Makeup:
    """How many images of which sources stand on one screen, of which kind, and what they share."""

    show: Mapping[str, int]
    screen: str = ""
    catch: bool = False
    stratum: Stratum = ()


class TrialMaker:
    """Makes the trials of one section after another. Images that were drawn are gone for the next."""

    def __init__(
        self, protocol: ProtocolDocument, images: Mapping[str, Sequence[Pooled]], key: bytes
    ) -> None:
        self._protocol = protocol
        self._key = key
        self._pools = Pools.of_a_study(protocol, images, key)
        self._known = {(source, one.image): one for source, pool in images.items() for one in pool}
        self._made: dict[str, list[PlannedTrial]] = {}

    def all_trials(self) -> dict[str, list[PlannedTrial]]:
        """The trials of every section in the plan's order: catch trials, then the page of questions, last.

        Sections that need matching images draw first, those that reuse images last.
        """
        for section in sorted(self._protocol.sections, key=_turn):
            self._made[section.name] = self._trials(section)
        return self._made

    def _trials(self, section: SectionDocument) -> list[PlannedTrial]:
        trials = self._again(section) if section.reused else self._drawn(section)
        for _ in range(section.catch):
            makeup = Makeup(show=section.catch_show(self._protocol), catch=True)
            trials.append(self._trial(section, self._pools, makeup, len(trials) + 1))
        return [*trials, PlannedTrial(images=())] if section.section_items else trials

    def _drawn(self, section: SectionDocument) -> list[PlannedTrial]:
        """New screens: of images that no section shows, or of those of the section that is reused."""
        pools = self._reused(section) if section.reuse else self._pools
        makeups = list(_makeups(section, self._key))
        of = pools
        if section.is_matched:
            named = [*section.sources, *_references(section)]
            of = pools.by(lambda pooled: stratum_of(section, pooled), named)
            makeups = self._matched(section, makeups, of)
        trials = [self._trial(section, of, one, number) for number, one in enumerate(makeups, start=1)]
        if of is not self._pools:
            self._pools.give_up((image.source, image.image) for trial in trials for image in trial.images)
        return trials

    def _matched(self, section: SectionDocument, makeups: Sequence[Makeup], pools: Pools) -> list[Makeup]:
        needs = [one.show for one in makeups]
        if all(sum(show.values()) == 1 for show in needs):
            strata = spread(section, needs, _references(section), pools.left(), self._key)
        else:
            whole = [Counter(show) + Counter(_references(section)) for show in needs]
            strata = assign(section, whole, pools.left(), self._key)
        return [replace(one, stratum=stratum) for one, stratum in zip(makeups, strata, strict=True)]

    def _former(self, section: SectionDocument) -> list[PlannedTrial]:
        """The screens of the reused section, obvious fakes apart."""
        return [trial for trial in self._made[section.reuse] if trial.images and not trial.catch]

    def _reused(self, section: SectionDocument) -> Pools:
        """The images of the reused section, and new references: readers know what the former ones are."""
        shown: dict[str, dict[str, Pooled]] = {}
        for trial in self._former(section):
            for image in trial.compared:
                shown.setdefault(image.source, {})[image.image] = self._known[image.source, image.image]
        pools = {
            name: shuffled([found[image] for image in sorted(found)], self._key, section.name, "pool", name)
            for name, found in shown.items()
        }
        if section.reference:
            # They are drawn by a name of their own: images of the same source may be compared.
            pools[_references(section)[0]] = self._pools.of_source(section.reference)
        return Pools(pools, of=alike)

    def _trial(self, section: SectionDocument, pools: Pools, makeup: Makeup, number: int) -> PlannedTrial:
        groups: set[str] = set()

        def drawn(source: str) -> Pooled:
            how = {"practice": section.practice, "together": section.case}
            return pools.draw(source, groups, stratum=makeup.stratum, **how)

        images = []
        for source, count in makeup.show.items():
            for repetition in range(1, count + 1):
                alternative = source if repetition == 1 else f"{source}#{repetition}"
                images.append(_image(section, source, drawn(source), alternative))
        # The order of images within a trial must not tell which is real.
        mixed = shuffled(images, self._key, section.name, "images", number)
        for source in [section.reference] if makeup.catch and section.reference else _references(section):
            mixed.append(_image(section, section.reference, drawn(source), REFERENCE))
        return PlannedTrial(images=tuple(mixed), catch=makeup.catch, screen=makeup.screen)

    def _again(self, section: SectionDocument) -> list[PlannedTrial]:
        """The screens that were shown before, with what this section says of their images."""
        found, drawn = [], []
        of = self._pools
        if section.reference and section.is_matched:
            of = of.by(lambda pooled: stratum_of(section, pooled), [section.reference])
        for trial in self._former(section):
            pooled = [self._known[image.source, image.image] for image in trial.images]
            images = [
                _image(section, image.source, one, image.alternative)
                for image, one in zip(trial.images, pooled, strict=True)
            ]
            if section.reference and not any(image.is_reference for image in images):
                reference = self._beside(section, pooled, of)
                images.append(_image(section, section.reference, reference, REFERENCE))
                drawn.append((section.reference, reference.image))
            found.append(replace(trial, images=tuple(images)))
        self._pools.give_up(drawn)
        return found

    def _beside(self, section: SectionDocument, shown: Sequence[Pooled], pools: Pools) -> Pooled:
        """A new reference for images that were shown without one."""
        stratum = stratum_of(section, shown[0])
        if not pools.has(section.reference, stratum):
            raise NotEnoughImages(
                f"Section {section.name!r} shows references of source {section.reference!r} beside the "
                f"screens of {section.reuse!r}; too few agree with them in labels or case. Import more."
            )
        groups = {one.group for one in shown if one.group}
        return pools.draw(
            section.reference, groups, practice=section.practice, stratum=stratum, together=section.case
        )


def _references(section: SectionDocument) -> list[str]:
    """The reference of each screen, if there is one, by the name that it is drawn by."""
    named = f"{section.reference} (reference)" if section.reuse else section.reference
    return [named] if section.reference else []


def _image(section: SectionDocument, source: str, pooled: Pooled, alternative: str) -> PlannedImage:
    return PlannedImage(
        source=source,
        image=pooled.image,
        alternative=alternative,
        label=_label(section, pooled.labels, source),
        tells={name: str(pooled.labels[name]) for name in section.tells},
    )


def _turn(section: SectionDocument) -> int:
    if section.reuse:
        return 2
    return 0 if section.is_matched else 1


def _makeups(section: SectionDocument, key: bytes) -> Iterator[Makeup]:
    """What stands on each screen. Which kind a screen is of follows from the key alone."""
    found = []
    for screen in section.screens:
        found += [Makeup(show=screen.show, screen=screen.name)] * screen.trials
    yield from found if len(section.screens) == 1 else shuffled(found, key, section.name, "sources")


def _label(section: SectionDocument, labels: Mapping[str, str], source: str) -> dict[str, str]:
    missing = [name for name in section.labels if name not in labels]
    if missing:
        raise NotEnoughImages(
            f"Section {section.name!r} checks the label {missing[0]!r}, but an image of source {source!r} "
            "has no such label. Import it with a manifest that has the column."
        )
    return {name: str(labels[name]) for name in section.labels}
