"""The names in a masked bundle: alike for all readers, and no function of anything but the study's secret.

Readers can be compared by them, and nothing can be told of the truth. Trials are renumbered, images are named
section by section, and where a screen shows several, they go by the letters of their trial. A source has a
letter only in a section whose protocol says `masked_arms`.
"""

import hmac
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from string import ascii_uppercase
from typing import Any, NamedTuple

from readerstudy.results.bundle.names import Shown
from readerstudy.studies.models import Section, Study
from readerstudy.truth.disclose import disclosed_trials
from readerstudy.truth.models import Key
from readerstudy.truth.secrets import name_key

Rank = Callable[..., bytes]


class _Shown(NamedTuple):
    """One image of a trial and what it really is. A study has many, so they are no model instances."""

    pk: int
    trial: int
    trial_number: int
    number: int
    source: str
    catch: bool
    label: dict[str, Any]


class Mask:
    """Masked names of one study, the same in every export of it."""

    masked = True

    def __init__(self, study: Study) -> None:
        self._rank = _ranking(study)
        self._disclosed = disclosed_trials(study)
        self._trials: dict[tuple[int, int], str] = {}
        self._images: dict[int, str] = {}
        self._shown: dict[int, dict[int, Shown]] = {}
        self.arms: dict[str, list[str]] = {}
        document = study.protocol.document
        for section in study.sections.filter(practice=False).order_by("position"):
            self._cover(section, with_arms=document.section(section.name).masked_arms)

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
    keys = Key.objects.filter(trial_image__trial__section=section)
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
