"""What a training run is made of, as a file that says only what differs from the defaults."""

import tomllib
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from math import cos, pi, sqrt
from pathlib import Path
from typing import Any, Literal

from generation.errors import RequestError
from generation.models.configs import DiffusionConfig, NetworkConfig
from generation.settings import Config, refuse_below, refuse_beyond_share, refuse_not_positive, with_changes

Precision = Literal["bfloat16", "float16", "float32"]
PRESETS = Path(__file__).parent.parent / "presets"


@dataclass(frozen=True, kw_only=True)
class OptimiserConfig:
    """AdamW with linear warm-up; then constant, a cosine down to nothing, or 1/√step from `decay_after` on.

    The last (Karras et al. 2024) does not depend on the length of the run, which can so be cut or prolonged.
    """

    learning_rate: float = 5e-4
    warmup_steps: int = 200
    decay: Literal["constant", "cosine", "inverse_sqrt"] = "cosine"
    decay_after: int = 1000
    weight_decay: float = 0.01
    betas: tuple[float, float] = (0.9, 0.99)
    clip_norm: float = 1.0

    def __post_init__(self) -> None:
        refuse_not_positive(self, "learning_rate", "clip_norm")
        refuse_below(self, 0, "warmup_steps", "weight_decay")
        refuse_below(self, 1, "decay_after")
        if not all(0 <= beta < 1 for beta in self.betas):
            raise RequestError(f"betas are {self.betas}: choose 0 or more, and less than 1")

    def rate_at(self, step: int, steps: int) -> float:
        warm = min(1.0, (step + 1) / max(1, self.warmup_steps))
        return self.learning_rate * warm * self._fall(step, steps)

    def _fall(self, step: int, steps: int) -> float:
        if self.decay == "cosine":
            return 0.5 * (1 + cos(pi * min(1.0, step / max(1, steps))))
        if self.decay == "inverse_sqrt":
            return sqrt(self.decay_after / max(step, self.decay_after))
        return 1.0


@dataclass(frozen=True, kw_only=True)
class TrainConfig:
    """One training run. `batch_size` is per process and accumulation step. `float16` (with a scaled loss) is
    for GPUs without bfloat16. The latest `keep_checkpoints` checkpoints stay; 0 keeps all of them. Each
    evaluation compares `judged_images` samples with held-out images and looks for copies; 0 skips that.
    `augment` is the probability of each change of an image that the network is told of; samples show none.
    A `lora_rank` above 0 adapts an earlier checkpoint by so many directions a weight."""

    title: str = "DDPM"
    steps: int = 20_000
    batch_size: int = 16
    accumulate: int = 1
    seed: int = 0
    precision: Precision = "bfloat16"
    compiled: bool = False
    condition_dropout: float = 0.1
    flip: Literal["none", "side"] = "none"
    augment: float = 0.0
    ema_decay: float = 0.9995
    checkpoint_every: int = 1000
    evaluate_every: int = 1000
    keep_checkpoints: int = 0
    judged_images: int = 64
    lora_rank: int = 0
    network: NetworkConfig = field(default_factory=NetworkConfig)
    diffusion: DiffusionConfig = field(default_factory=DiffusionConfig)
    optimiser: OptimiserConfig = field(default_factory=OptimiserConfig)

    def __post_init__(self) -> None:
        refuse_below(self, 1, "steps", "batch_size", "accumulate", "checkpoint_every", "evaluate_every")
        refuse_below(self, 0, "seed", "keep_checkpoints", "judged_images", "lora_rank")
        refuse_beyond_share(self, "condition_dropout", "ema_decay", "augment")

    def to_json(self) -> dict[str, Any]:
        return asdict(self) | {"network": self.network.to_json()}

    @classmethod
    def from_json(cls, entry: dict[str, Any]) -> "TrainConfig":
        return with_changes(cls(), entry)


def presets() -> list[str]:
    return sorted(path.stem for path in PRESETS.glob("*.toml"))


def load_config(name_or_path: str) -> TrainConfig:
    """A preset by name, or a TOML file."""
    path = PRESETS / f"{name_or_path}.toml" if name_or_path in presets() else Path(name_or_path)
    try:
        entry = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise RequestError(
            f"no configuration {name_or_path!r}: name a TOML file or one of {', '.join(presets())}"
        ) from error
    except ValueError as error:  # no UTF-8, or no TOML
        raise RequestError(f"{path} is no TOML file: {error}") from error
    return with_changes(TrainConfig(), entry)


def overridden(config: Config, settings: Sequence[str], **changes: Any) -> Config:
    """`table.key=value` settings from a command line, values as TOML writes them, then keyword changes.

    All settings are put in at once: between two possible configurations lie impossible ones.
    """
    entry: dict[str, Any] = {}
    for setting in settings:
        path, sign, value = setting.partition("=")
        if not sign:
            raise RequestError(
                f"cannot read the setting {setting!r}: write KEY=VALUE, e.g. optimiser.warmup_steps=9"
            )
        *tables, name = path.strip().split(".")
        table = entry
        for key in tables:
            table = table.setdefault(key, {})
            if not isinstance(table, dict):
                raise RequestError(f"{key} is set to a value and to a table: say one of them")
        table[name] = _toml_value(value)
    entry |= {name: value for name, value in changes.items() if value is not None}
    return with_changes(config, entry)


def _toml_value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text.strip()
