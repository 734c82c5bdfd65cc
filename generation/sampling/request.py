"""What is asked of the sampler, what it says on the way, and what it answers. No torch here."""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from generation.cards import CheckpointCard, bundled_checkpoint, describe_checkpoint
from generation.conditions import Value
from generation.errors import RequestError

Sampler = Literal["unipc", "dpm++2m", "ddim", "ddpm"]
SAMPLERS: tuple[Sampler, ...] = get_args(Sampler)
Format = Literal["png8", "png16", "dicom"]
FORMATS: tuple[Format, ...] = get_args(Format)
Precision = Literal["float32", "bfloat16"]
Backend = Literal["openvino", "onnxruntime", "torch"]
BACKENDS: tuple[Backend, ...] = get_args(Backend)
#: Raised whenever the same request would give other images than before: folders begun before are refused.
RECIPE = 4
#: Steps of the default solver: as few as cost nothing beside a thousand ancestral ones (docs/benchmarks.md).
STEPS = 15
ANCESTRAL_STEPS = 1000
#: Images at a time on an accelerator. Part of the request, and padded at the end: kernels may round
#: differently for other batch sizes, and an image must not depend on its neighbours. A CPU makes each alone.
BATCH = 16
#: Of a hidden seed. One that was drawn from 128 bits is shorter once in 2^32 times.
HIDDEN_SEED_BITS = 96
_NO_IDENTITY = {"out", "checkpoint", "count", "threads", "cpu"}
#: What was not possible at first: left out where it is off, so that folders of before go on.
_ADDED_LATER = {"compiled": False, "batch": BATCH, "hidden_seed": False, "through": "", "backend": "torch"}
SUFFIX: dict[Format, str] = {"png8": ".png", "png16": ".png", "dicom": ".dcm"}


def usual_steps(sampler: str) -> int:
    return ANCESTRAL_STEPS if sampler == "ddpm" else STEPS


@dataclass(frozen=True, kw_only=True)
class SampleRequest:
    """Images to make. A condition that is not named is drawn as often as the training data had it; None or ""
    leaves it open. An image depends on checkpoint, seed, its number, conditions and solver settings alone.

    With `hidden_seed` no file names the seed: whoever has it and the checkpoint can make the images again and
    recognise them. Draw such a seed at random, with 128 bits.

    `through` names a condition: the images show one patient after the other, each with every value of it."""

    count: int
    out: Path
    checkpoint: Path | None = None
    conditions: Mapping[str, Value] = field(default_factory=dict)
    through: str = ""
    guidance: float = 1.0
    guidance_rescale: float = 0.7
    guidance_interval: tuple[float, float] = (0.0, 1.0)
    steps: int = STEPS
    sampler: Sampler = "unipc"
    seed: int = field(default=0, repr=False)
    hidden_seed: bool = False
    format: Format = "png16"
    precision: Precision = "float32"
    compiled: bool = False
    backend: Backend = "torch"
    batch: int = BATCH
    threads: int | None = None
    cpu: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "out", Path(self.out))
        object.__setattr__(self, "checkpoint", Path(self.checkpoint or bundled_checkpoint()))
        if not isinstance(self.count, int) or self.count < 1:
            raise RequestError(f"cannot make {self.count} images: ask for 1 or more")
        if self.sampler not in SAMPLERS:
            raise RequestError(f"unknown sampler {self.sampler!r}: choose {', '.join(SAMPLERS)}")
        if self.format not in FORMATS:
            raise RequestError(f"unknown format {self.format!r}: choose {', '.join(FORMATS)}")
        if not 1 <= self.steps <= 1000:
            raise RequestError(f"{self.steps} steps are not possible: choose 1 to 1000")
        if not (math.isfinite(self.guidance) and self.guidance >= 0):
            raise RequestError(
                f"guidance {self.guidance} is not possible: choose 0 or more; 1 is no guidance"
            )
        self._refuse_backend()
        if self.threads is not None and self.threads < 1:
            raise RequestError(f"{self.threads} threads are not possible: choose 1 or more")
        if self.batch < 1:
            raise RequestError(f"batches of {self.batch} are not possible: choose 1 or more")
        if self.through in self.conditions:
            raise RequestError(
                f"{self.through} takes all its values in turn, so it cannot be "
                f"{self.conditions[self.through] or 'left open'}: leave that condition out"
            )
        if self.seed < 0:
            raise RequestError(f"seed {self.seed} is not possible: choose 0 or more")
        if self.hidden_seed and self.seed.bit_length() < HIDDEN_SEED_BITS:
            raise RequestError(
                "a hidden seed has to be drawn at random from 128 bits: smaller ones can be guessed"
            )

    def _refuse_backend(self) -> None:
        if self.backend not in BACKENDS:
            raise RequestError(f"unknown backend {self.backend!r}: choose {', '.join(BACKENDS)}")
        if self.backend == "onnxruntime" and self.precision != "float32":
            raise RequestError("onnxruntime computes in float32. Leave --precision out, or take openvino.")
        if self.backend != "torch" and self.compiled:
            raise RequestError(f"--compile is torch's: leave it out with --backend {self.backend}.")

    @property
    def checkpoint_path(self) -> Path:
        return self.checkpoint or bundled_checkpoint()

    def identity(self, card: CheckpointCard) -> dict[str, Any]:
        """What decides the images; the same identity may go on in the same folder."""
        entry = {k: v for k, v in asdict(self).items() if k not in _NO_IDENTITY}
        entry = {k: v for k, v in entry.items() if k not in _ADDED_LATER or v != _ADDED_LATER[k]}
        if self.hidden_seed:
            entry["seed"] = f"sha256:{hashlib.sha256(str(self.seed).encode()).hexdigest()}"
            entry["noise"] = "numpy"  # torch's, of 32 bits, in folders that earlier versions began
        return {
            **entry,
            "conditions": dict(self.conditions),
            "checkpoint_digest": card.digest,
            "recipe": RECIPE,
        }


def progression_request(
    values: Mapping[str, Any], *, through: str, patients: int = 1
) -> tuple[SampleRequest, tuple[Value, ...]]:
    """The request for so many patients, and the stages that each of them is shown at."""
    if patients < 1:
        raise RequestError(f"cannot show {patients} patients: ask for 1 or more")
    card = describe_checkpoint(values.get("checkpoint") or bundled_checkpoint())
    stages = tuple(card.space.stages(through))
    return SampleRequest(**{**values, "through": through, "count": patients * len(stages)}), stages


def identity_digest(identity: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(identity, sort_keys=True, default=str).encode()).hexdigest()


@dataclass(frozen=True, kw_only=True)
class Progress:
    """How far the whole request is, counting what earlier runs finished."""

    done: int
    total: int
    images_per_second: float
    seconds_left: float


@dataclass(frozen=True, kw_only=True)
class SampleSummary:
    """What was made: `made` in this call by this process, `total` in the folder. One process is the first."""

    out: Path
    manifest: Path
    made: int
    total: int
    seconds: float
    checkpoint_digest: str
    first: bool = True
