"""The names in a masked bundle: alike for all readers, and no function of anything but the study's secret.

Readers can be compared by them, and nothing can be told of the truth. Trials are renumbered, images are named
section by section, and where a screen shows several, they go by the letters of their trial. So images that
are shown again have other names, and a reference, of which nothing is asked, has none. A source has a letter
only in a section whose protocol says `masked_arms`, and whose images and cases no other section shows.
"""

import hmac
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from string import ascii_uppercase
from typing import Any, NamedTuple

from django.db.models import Q

from readerstudy.results.bundle.names import Shown, sections_in_bundle
from readerstudy.studies.models import Section, Study, Trial
from readerstudy.studies.protocol import SectionDocument
from readerstudy.truth.allocation.document import REFERENCE
from readerstudy.truth.disclose import disclosed_trials
from readerstudy.truth.models import Key
from readerstudy.truth.secrets import name_key

Rank = Callable[..., bytes]
#: Kinds of item whose answers do not speak of what is real.
LETTERED = ("scale", "number", "measure")


class _Shown(NamedTuple):
    """One image of a trial and what it really is. A study has many, so they are no model instances."""

    pk: int
    trial: int
    trial_number: int
    number: int
    source: str
    catch: bool
    label: dict[str, Any]


def may_have_letters(section: Section, document: SectionDocument) -> bool:
    """Whether letters of sources tell nothing in a section.

    It asks for scales, numbers and measures alone, shows every source equally often, and no other section
    shows one of its images or cases: what is said there could be laid beside.
    """
    if any(item.kind not in LETTERED for item in document.items):
        return False
    mine, theirs = _shown_in(section, here=True), _shown_in(section, here=False)
    counts = Counter(source for source, *_ in mine)
    if len(set(counts.values())) > 1:
        return False
    seen = {name for _, *names in mine for name in names if name}
    return seen.isdisjoint(name for _, *names in theirs for name in names if name)


def _shown_in(section: Section, *, here: bool) -> list[tuple[str, str, str, str]]:
    """The images that a section shows, or those of all others: source, image, case and patient."""
    keys = Key.objects.filter(trial_image__trial__section__study=section.study_id)
    at = Q(trial_image__trial__section=section)
    keys = keys.filter(at, catch=False).exclude(alternative=REFERENCE) if here else keys.exclude(at)
    columns = (
        "provenance__source__name",
        "provenance__image__digest",
        "provenance__labels",
        "provenance__group",
    )
    return [
        (source, f"image {digest}", _named("case", labels.get("case")), _named("patient", group))
        for source, digest, labels, group in keys.values_list(*columns).iterator(2_000)
    ]


def _named(what: str, name: str | None) -> str:
    return f"{what} {name}" if name else ""


class Mask:
    """Masked names of one study, the same in every export of it."""

    masked = True
    only: Collection[str] = ()

    def __init__(self, study: Study) -> None:
        self._rank = _ranking(study)
        self._disclosed = disclosed_trials(study)
        self._trials: dict[tuple[int, int], str] = {}
        self._images: dict[int, str] = {}
        self._shown: dict[int, dict[int, Shown]] = {}
        self.arms: dict[str, list[str]] = {}
        #: Sections whose protocol wants letters of sources, which would tell something here.
        self.withheld: list[str] = []
        protocol = study.protocol.document
        for section in sections_in_bundle(study, masked=True):
            document = protocol.section(section.name)
            lettered = document.masked_arms and may_have_letters(section, document)
            if document.masked_arms and not lettered:
                self.withheld.append(section.name)
            self._cover(section, with_arms=lettered)

    def trial(self, section: Section, number: int) -> str:
        return self._trials[section.pk, number]

    def shown_in(self, section: Section) -> dict[int, Shown]:
        return self._shown[section.pk]

    def leaves_out(self, section: Section, number: int) -> bool:
        """Whether a trial is an obvious fake, which nearly everybody sees through, or was disclosed."""
        return (section.pk, number) not in self._trials

    def _cover(self, section: Section, *, with_arms: bool) -> None:
        keys = [key for key in _keys_of(section) if not key.catch and key.trial not in self._disclosed]
        self._number_trials(section, keys)
        self._name_images(section, keys)
        arms = self._letter_arms(section, keys) if with_arms else {}
        self._shown[section.pk] = {key.pk: self._masked(key, arms.get(key.source, "")) for key in keys}

    def _number_trials(self, section: Section, keys: Iterable[_Shown]) -> None:
        """Numbers run on from section to section, so that a name never means two things."""
        numbers = {key.trial_number for key in keys}
        pages = Trial.objects.filter(section=section, images=None).values_list("number", flat=True)
        numbers.update(pages)
        ordered = sorted(numbers, key=lambda number: self._rank("trial", section.name, number))
        for place, number in enumerate(ordered, start=len(self._trials) + 1):
            self._trials[section.pk, number] = f"T{place:03}"

    def _name_images(self, section: Section, keys: Iterable[_Shown]) -> None:
        """One image a screen: numbered. Several: trial and letter."""
        screens: dict[int, list[_Shown]] = defaultdict(list)
        for key in keys:
            screens[key.trial_number].append(key)
        alone = []
        for number, screen in screens.items():
            if len(screen) == 1:
                alone.append(screen[0])
                continue
            trial = self._trials[section.pk, number]
            for letter, key in zip(ascii_uppercase, self._ordered("letter", section, screen), strict=False):
                self._images[key.pk] = f"{trial}-{letter}"
        for place, key in enumerate(self._ordered("image", section, alone), start=len(self._images) + 1):
            self._images[key.pk] = f"I{place:04}"

    def _ordered(self, purpose: str, section: Section, keys: Iterable[_Shown]) -> list[_Shown]:
        def rank(key: _Shown) -> bytes:
            return self._rank(purpose, section.name, key.trial_number, key.number)

        return sorted(keys, key=rank)

    def _letter_arms(self, section: Section, keys: Iterable[_Shown]) -> Mapping[str, str]:
        """A letter for each source, which means another source in another section."""
        names = {key.source for key in keys}
        ordered = sorted(names, key=lambda name: self._rank("arm", section.name, name))
        self.arms[section.name] = list(ascii_uppercase[: len(ordered)])
        return dict(zip(ordered, ascii_uppercase, strict=False))

    def _masked(self, key: _Shown, arm: str) -> Shown:
        image = self._images[key.pk]
        return Shown(
            image=image,
            source=arm,
            alternative=image.partition("-")[2],
            real=None,
            catch=False,
            label=dict.fromkeys(key.label, ""),
        )


def _keys_of(section: Section) -> Iterator[_Shown]:
    keys = Key.objects.filter(trial_image__trial__section=section).exclude(alternative=REFERENCE)
    rows = keys.values_list(
        "trial_image_id",
        "trial_image__trial_id",
        "trial_image__trial__number",
        "trial_image__number",
        "provenance__source__name",
        "catch",
        "trial_image__label",
    )
    return map(_Shown._make, rows.iterator(2_000))


def _ranking(study: Study) -> Rank:
    """A random order for each purpose, which nobody without the study's secret can tell."""
    key = name_key(study, "mask")

    def rank(*what: object) -> bytes:
        return hmac.digest(key, "\x1f".join(map(str, what)).encode(), "sha256")

    return rank
