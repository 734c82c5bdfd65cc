"""The protocols that come with the platform: a demo and published studies."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

from readerstudy.studies.protocol import ProtocolDocument, parse_protocol

FOLDER = Path(__file__).parent / "published_texts"
NAMES = (
    "cervical-quartets",
    "pelvis-real-or-synthetic",
    "pelvis-labels",
    "knee-generators",
    "knee-grades",
    "xray-cues",
    "polyps-three-classes",
    "deepfake-phases",
    "volumes-preference",
    "volume-three-scales",
    "ultrasound-clips",
    "surgical-video",
    "capsule-endoscopy",
    "panoramic-timed",
    "gaze-chest",
    "dermoscopy",
    "oct-diagnosis",
    "knee-angle",
    "stain-pairs",
    "clue-training",
    "flash",
)


@dataclass(frozen=True, kw_only=True)
class Published:
    name: str
    text: str
    document: ProtocolDocument

    @property
    def in_words(self) -> str:
        """What its sections ask, such as “50 trials: pick the real one”."""
        sections = self.document.sections
        return "; ".join(f"{section.trials} trials: {section.asks}" for section in sections)


@cache
def published(name: str) -> Published:
    """A protocol by its name: `demo`, or one of NAMES."""
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    return Published(name=name, text=text, document=parse_protocol(text))


def all_published() -> list[Published]:
    return [published(name) for name in NAMES]
