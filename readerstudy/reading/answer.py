"""An answer, and whether it is one to what was asked."""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from readerstudy.imaging.canvas import Canvas
from readerstudy.reading.errors import AnswerRefused, Incomplete, OffScale, UnknownSlot
from readerstudy.reading.models.response import Call, Verdict
from readerstudy.studies.protocol.document import ProtocolDocument, SectionDocument

MOST_REASONS = 60


@dataclass(frozen=True, kw_only=True)
class Spot:
    """Why an image was doubted: a tag, a spot in image coordinates, or both."""

    slot: str
    tag: str = ""
    x: float | None = None
    y: float | None = None


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a reader says of one presentation, by the letters on the screen."""

    pick: str | None = None
    ratings: Mapping[str, int] = field(default_factory=dict)
    call: str | None = None
    confidence: int | None = None
    verdict: str | None = None
    observed: Mapping[str, str] = field(default_factory=dict)
    reasons: tuple[Spot, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """As it travels to and from the browser."""
        return {
            **asdict(self),
            "ratings": dict(self.ratings) or None,
            "observed": dict(self.observed) or None,
            "reasons": [asdict(reason) for reason in self.reasons],
        }

    def digest(self, token: str) -> str:
        """Names the answer to a presentation: two answers are the same if their digests are."""
        text = json.dumps({"presentation": token, **self.as_dict()}, sort_keys=True, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Screen:
    """What was asked: the section, the letters shown, and the labels to be checked."""

    protocol: ProtocolDocument
    section: SectionDocument
    letters: tuple[str, ...]
    label: Mapping[str, str] = field(default_factory=dict)
    label_choices: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def canvas(self) -> Canvas:
        return self.protocol.canvas

    @property
    def asks_ratings(self) -> bool:
        return self.section.rate or self.section.task == "rate"

    def check(self, answer: Answer) -> None:
        """Raise AnswerRefused with a sentence unless the answer is whole and says nothing else."""
        self._check_pick(answer)
        self._check_ratings(answer)
        self._check_call(answer)
        self._check_verdict(answer)
        self._check_reasons(answer)

    def _check_pick(self, answer: Answer) -> None:
        asked = self.section.task == "pick_real"
        _asked_or_absent(answer.pick, asked, "pick", _("Mark the image that you think is real."))
        if answer.pick is not None:
            self._known(answer.pick)

    def _check_ratings(self, answer: Answer) -> None:
        if not self.asks_ratings:
            _asked_or_absent(answer.ratings, False, "ratings", "")
            return
        for letter in answer.ratings:
            self._known(letter)
        missing = [letter for letter in self.letters if letter not in answer.ratings]
        if missing:
            raise Incomplete(_("Rate every image; still missing: {images}.").format(images=_list(missing)))
        allowed = self.protocol.scale.points
        for letter, points in answer.ratings.items():
            if points not in allowed:
                sentence = _("The rating of {image} is {points}; the scale has {allowed}.")
                scale = ", ".join(map(str, allowed))
                raise OffScale(sentence.format(image=letter, points=points, allowed=scale))

    def _check_call(self, answer: Answer) -> None:
        asked = self.section.task == "call"
        _asked_or_absent(answer.call, asked, "call", _("Say whether the image is real or synthetic."))
        _one_of(answer.call, Call.values, "call")
        steps = self.section.confidence if asked else 0
        _asked_or_absent(answer.confidence, steps > 0, "confidence", _("Say how sure you are."))
        if answer.confidence is not None and not 1 <= answer.confidence <= steps:
            sentence = _("The confidence is {given}; it goes from 1 to {most}.")
            raise OffScale(sentence.format(given=answer.confidence, most=steps))

    def _check_verdict(self, answer: Answer) -> None:
        asked = self.section.task == "check_label"
        _asked_or_absent(answer.verdict, asked, "verdict", _("Say whether the label fits the image."))
        _one_of(answer.verdict, Verdict.values, "verdict")
        discrepant = answer.verdict == Verdict.DISCREPANT
        _asked_or_absent(answer.observed, discrepant, "observed", _("Say what you see instead of the label."))
        for name, value in answer.observed.items():
            if name not in self.label_choices:
                raise AnswerRefused(
                    _unknown(
                        _("There is no label “{given}”; choose from {allowed}."), name, self.label_choices
                    )
                )
            if value not in self.label_choices[name]:
                sentence = _("“{name}” cannot be “{given}”; choose from {allowed}.")
                allowed = _list(self.label_choices[name])
                raise OffScale(sentence.format(name=name, given=value, allowed=allowed))
        if discrepant and all(self.label.get(name) == value for name, value in answer.observed.items()):
            raise AnswerRefused(_("What you see is what the label says; then the label fits."))

    def _check_reasons(self, answer: Answer) -> None:
        if len(answer.reasons) > MOST_REASONS:
            raise AnswerRefused(_("Give at most {most} reasons.").format(most=MOST_REASONS))
        for reason in answer.reasons:
            self._known(reason.slot)
            tags = self.protocol.reading.reasons
            if reason.tag and reason.tag not in tags:
                raise AnswerRefused(
                    _unknown(_("There is no reason “{given}”; choose from {allowed}."), reason.tag, tags)
                )
            self._check_spot(reason)

    def _check_spot(self, reason: Spot) -> None:
        if (reason.x is None) != (reason.y is None):
            sentence = _("The spot in image {image} lacks a coordinate; give x and y, or neither.")
            raise AnswerRefused(sentence.format(image=reason.slot))
        if reason.x is None or reason.y is None:
            if not reason.tag:
                sentence = _("A reason for image {image} is empty; give a tag or a spot.")
                raise AnswerRefused(sentence.format(image=reason.slot))
            return
        if not self.protocol.reading.spots:
            raise AnswerRefused(_("This study does not ask for spots; leave x and y out."))
        if not (0 <= reason.x <= self.canvas.width and 0 <= reason.y <= self.canvas.height):
            sentence = _("The spot in image {image} is outside its {width} × {height} pixels.")
            raise OffScale(
                sentence.format(image=reason.slot, width=self.canvas.width, height=self.canvas.height)
            )

    def _known(self, letter: str) -> None:
        if letter not in self.letters:
            raise UnknownSlot(
                _unknown(
                    _("There is no image “{given}” on this screen; choose from {allowed}."),
                    letter,
                    self.letters,
                )
            )


def _asked_or_absent(given: object, asked: bool, name: str, request: str) -> None:
    absent = given is None or given == {}
    if asked and absent:
        raise Incomplete(request)
    if not asked and not absent:
        raise AnswerRefused(_("This section does not ask for “{name}”; leave it out.").format(name=name))


def _one_of(given: str | None, allowed: Collection[str], name: str) -> None:
    if given is not None and given not in allowed:
        sentence = _("“{name}” cannot be “{given}”; choose from {allowed}.")
        raise OffScale(sentence.format(name=name, given=given, allowed=_list(allowed)))


def _unknown(sentence: str, given: str, allowed: Collection[str]) -> str:
    return sentence.format(given=given, allowed=_list(allowed) or "–")


def _list(words: Collection[str]) -> str:
    return ", ".join(words)
