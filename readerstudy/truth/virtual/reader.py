"""How a virtual reader answers: a skill, shared difficulties of cases, tiredness, and chance."""

import math
import zlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from readerstudy.studies.protocol import ProtocolDocument, SectionDocument
from readerstudy.truth.judging import ImageTruth
from readerstudy.truth.models import Kind

SEES_EASY = 0.97
REMEMBERS = 0.6
RUNS_OUT_OF_TIME = 0.02
#: How much sooner the truth is seen where images are shown e times as long, in logits.
SEES_LONGER = 1.2
USUAL = {"call": 0.62, "check_label": 0.97}
ABOVE_CHANCE = 0.05


@dataclass(frozen=True, kw_only=True)
class Skill:
    """The skill of a virtual reader.

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
    label: Mapping[str, str]
    origin: ImageTruth

    @property
    def real(self) -> bool:
        return self.origin.kind == Kind.REAL


@dataclass(frozen=True, kw_only=True)
class Screen:
    """What is asked now. `trial` names the case, so that readers share its difficulty.

    `choices` holds the values each label has in this section. Without images it is the page of questions;
    `exposure_ms` is how long images are shown, 0 for as long as it takes.
    """

    protocol: ProtocolDocument
    section: SectionDocument
    trial: str
    catch: bool
    progress: float
    images: Mapping[str, Seen]
    exposure_ms: int = 0
    choices: Mapping[str, frozenset[str]] = field(default_factory=dict)

    @property
    def is_easy(self) -> bool:
        """Obvious fakes, and practice with a pass mark: whoever misses it is told, and tries again."""
        return self.catch or self.section.pass_mark is not None


class VirtualReader:
    """One virtual reader. The same seed and place give the same answers."""

    def __init__(self, skill: Skill, *, seed: int, place: int) -> None:
        self.skill, self.seed = skill, seed
        self.rng = np.random.default_rng([seed, place])
        # Of their own, so that how readers look changes none of their answers.
        self.glancing = np.random.default_rng([seed, place, 1])
        self.talent = float(self.rng.normal(0, skill.reader_sd))
        self.leniency = float(self.rng.normal(0, 0.35))
        self._picked: dict[str, str] = {}

    def stops(self) -> bool:
        """Whether the reader leaves for good before the next trial."""
        return bool(self.rng.random() < self.skill.dropout)

    def response_ms(self, section: SectionDocument) -> int:
        """How long they take: no less than a screen has to be looked at, and now and then too long."""
        took_ms = max(int(np.exp(self.rng.normal(9.7, 0.45))), section.min_view_ms)
        if not section.answer_within_ms or self.rng.random() < RUNS_OUT_OF_TIME:
            return took_ms
        return min(took_ms, section.answer_within_ms)

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

    def is_right(self, screen: Screen, *, shift: float = 0.0, usual: float | None = None) -> bool:
        """Whether the reader sees what is true. `usual` is how often experts see it."""
        if screen.is_easy:
            return bool(self.rng.random() < SEES_EASY)
        logit = _logit(self._accuracy(screen, usual)) + self.talent + self.difficulty(screen.trial) + shift
        logit += self._sees_at(screen)
        return bool(self.rng.random() < expit(logit - self.skill.fatigue * screen.progress))

    def _sees_at(self, screen: Screen) -> float:
        """What a staircase gives or takes: its first exposure is where the reader is as good as usual."""
        rule = screen.section.staircase
        if rule is None or not screen.exposure_ms:
            return 0.0
        return SEES_LONGER * math.log(screen.exposure_ms / rule.start_ms)

    def sure(self, steps: int, *, right: bool) -> int:
        """Surer where the answer is right: that is what gives the ROC curve its bend."""
        mean = steps * (0.62 if right else 0.48)
        return int(np.clip(round(self.rng.normal(mean, steps / 4)), 1, steps))

    def felt(self, seen: Seen) -> float:
        """How good an image looks to the reader."""
        felt = 0.55 + self.leniency + self.difficulty(seen.image) + float(self.rng.normal(0, 0.8))
        return felt + (0.1 if seen.real else 0.0)

    def _accuracy(self, screen: Screen, usual: float | None) -> float:
        sources = {seen.origin.source for seen in screen.images.values()}
        if len(sources) == 1 and (known := self.skill.by_source.get(*sources)) is not None:
            return known
        if self.skill.accuracy is not None:
            return self.skill.accuracy
        if usual is not None:
            return usual
        return USUAL.get(screen.section.task, 1 / screen.section.alternatives + ABOVE_CHANCE)

    def difficulty(self, name: str) -> float:
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
        picked = real if self.is_right(screen) else str(self.rng.choice(others))
        self._picked[screen.trial] = screen.images[picked].image
        return picked

    def _call(self, screen: Screen) -> dict[str, Any]:
        seen = next(iter(screen.images.values()))
        correct = self.is_right(screen, shift=-self.skill.bias if seen.real else self.skill.bias)
        call = "real" if seen.real == correct else "synthetic"
        steps = screen.section.confidence
        if not steps:
            return {"call": call}
        return {"call": call, "confidence": self.sure(steps, right=correct)}

    def _check(self, screen: Screen) -> dict[str, Any]:
        label = next(iter(screen.images.values())).label
        if screen.catch or not self.is_right(screen):
            name = str(self.rng.choice(sorted(label)))
            others = sorted(screen.choices.get(name, frozenset()) - {label[name]})
            if not others:
                return {"verdict": "unsure"}
            return {"verdict": "discrepant", "observed": {name: str(self.rng.choice(others))}}
        return {"verdict": "fits"}

    def _rate(self, screen: Screen, letter: str, answer: Mapping[str, Any]) -> int:
        seen, points = screen.images[letter], screen.protocol.scale.points
        if screen.catch and not seen.real:
            return points[0]
        felt = self.felt(seen) + (0.5 if answer.get("pick") == letter else 0.0)
        share = expit(1.3 * felt)
        return points[min(int(share * len(points)), len(points) - 1)]


def _logit(p: float) -> float:
    p = min(max(p, 1e-6), 1 - 1e-6)
    return math.log(p / (1 - p))


def expit(x: float) -> float:
    return 1 / (1 + math.exp(-x))
