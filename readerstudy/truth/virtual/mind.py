"""How a virtual reader answers: a skill, shared difficulties of cases, tiredness, and chance."""

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from readerstudy.studies.protocol import SectionDocument

SEES_EASY = 0.97
REMEMBERS = 0.6
USUAL = {"call": 0.62, "check_label": 0.97}
ABOVE_CHANCE = 0.05


@dataclass(frozen=True, kw_only=True)
class Skill:
    """What a virtual reader brings along.

    `accuracy` is the probability of a correct answer on an average case (none: what experts usually reach),
    `by_source` the same for single images of one source;
    `bias` shifts calls towards "synthetic", in logits; `fatigue` is what is lost until the end of a section,
    in logits; `dropout` the probability of stopping for good before any one trial.
    """

    accuracy: float | None = None
    by_source: Mapping[str, float] = field(default_factory=dict)
    reader_sd: float = 0.3
    case_sd: float = 0.3
    bias: float = 0.0
    fatigue: float = 0.0
    dropout: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Seen:
    """One image on the screen, as only the simulation sees it."""

    image: str
    source: str
    real: bool
    label: Mapping[str, str]


@dataclass(frozen=True, kw_only=True)
class Screen:
    """What is asked now. `trial` names the case, so that readers share its difficulty.

    `choices` holds the values each label has in this section.
    """

    section: SectionDocument
    trial: str
    catch: bool
    progress: float
    images: Mapping[str, Seen]
    points: tuple[int, ...]
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_easy(self) -> bool:
        """Obvious fakes, and practice with a pass mark: whoever misses it is told, and tries again."""
        return self.catch or self.section.pass_mark is not None


class Mind:
    """One virtual reader. The same seed and place give the same answers."""

    def __init__(self, skill: Skill, *, seed: int, place: int) -> None:
        self.skill, self.seed = skill, seed
        self.rng = np.random.default_rng([seed, place])
        self.talent = float(self.rng.normal(0, skill.reader_sd))
        self.leniency = float(self.rng.normal(0, 0.35))
        self._picked: dict[str, str] = {}

    def stops(self) -> bool:
        """Whether the reader leaves for good before the next trial."""
        return bool(self.rng.random() < self.skill.dropout)

    def response_ms(self) -> int:
        return int(np.exp(self.rng.normal(9.7, 0.45)))

    def answer(self, screen: Screen) -> dict[str, Any]:
        """An answer in the form that browsers send."""
        task = screen.section.task
        answer: dict[str, Any] = {"ratings": {}, "reasons": []}
        if task == "pick_real":
            answer["pick"] = self._pick(screen)
        if task == "call":
            answer |= self._call(screen)
        if task == "check_label":
            answer |= self._check(screen)
        if screen.section.rate:
            answer["ratings"] = {letter: self._rate(screen, letter, answer) for letter in screen.images}
        return answer

    def _correct(self, screen: Screen, *, shift: float = 0.0) -> bool:
        if screen.is_easy:
            return bool(self.rng.random() < SEES_EASY)
        logit = _logit(self._accuracy(screen)) + self.talent + self._difficulty(screen.trial) + shift
        return bool(self.rng.random() < _expit(logit - self.skill.fatigue * screen.progress))

    def _accuracy(self, screen: Screen) -> float:
        sources = {seen.source for seen in screen.images.values()}
        if len(sources) == 1 and (known := self.skill.by_source.get(*sources)) is not None:
            return known
        if self.skill.accuracy is not None:
            return self.skill.accuracy
        return USUAL.get(screen.section.task, 1 / screen.section.alternatives + ABOVE_CHANCE)

    def _difficulty(self, name: str) -> float:
        """A case is as hard for one reader as for the next."""
        shared = np.random.default_rng([self.seed, zlib.crc32(name.encode())])
        return float(shared.normal(0, self.skill.case_sd))

    def _pick(self, screen: Screen) -> str:
        by_image = {seen.image: letter for letter, seen in screen.images.items()}
        remembered = by_image.get(self._picked.get(screen.trial, ""))
        if remembered and not screen.is_easy and self.rng.random() < REMEMBERS:
            return remembered
        real = next(letter for letter, seen in screen.images.items() if seen.real)
        others = [letter for letter in screen.images if letter != real]
        picked = real if self._correct(screen) else str(self.rng.choice(others))
        self._picked[screen.trial] = screen.images[picked].image
        return picked

    def _call(self, screen: Screen) -> dict[str, Any]:
        seen = next(iter(screen.images.values()))
        correct = self._correct(screen, shift=-self.skill.bias if seen.real else self.skill.bias)
        call = "real" if seen.real == correct else "synthetic"
        steps = screen.section.confidence
        if not steps:
            return {"call": call}
        # Surer where the answer is right: that is what gives the ROC curve its bend.
        mean = steps * (0.62 if correct else 0.48)
        return {"call": call, "confidence": int(np.clip(round(self.rng.normal(mean, steps / 4)), 1, steps))}

    def _check(self, screen: Screen) -> dict[str, Any]:
        label = next(iter(screen.images.values())).label
        if screen.catch or not self._correct(screen):
            name = str(self.rng.choice(sorted(label)))
            others = sorted(screen.choices.get(name, frozenset()) - {label[name]})
            if not others:
                return {"verdict": "unsure"}
            return {"verdict": "discrepant", "observed": {name: str(self.rng.choice(others))}}
        return {"verdict": "fits"}

    def _rate(self, screen: Screen, letter: str, answer: Mapping[str, Any]) -> int:
        seen = screen.images[letter]
        if screen.catch and not seen.real:
            return screen.points[0]
        felt = 0.55 + self.leniency + self._difficulty(seen.image) + float(self.rng.normal(0, 0.8))
        felt += 0.1 if seen.real else 0.0
        felt += 0.5 if answer.get("pick") == letter else 0.0
        share = _expit(1.3 * felt)
        return screen.points[min(int(share * len(screen.points)), len(screen.points) - 1)]


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def _expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))
