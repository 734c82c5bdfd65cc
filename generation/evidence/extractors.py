"""The extractors there are: the project's own, and Inception when the user brings its weights."""

from collections.abc import Callable
from functools import cache
from hashlib import sha256
from pathlib import Path
from pickle import UnpicklingError

import numpy as np
import torch
from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn

from generation.errors import CheckpointError
from generation.evidence.domain_net import DomainNet, read
from generation.evidence.extractor import OnProgress, Pixels
from generation.evidence.inception import Inception
from generation.evidence.interval import Floats

DOMAIN_WEIGHTS = Path(__file__).parent / "weights" / "knee-domain-net.safetensors"
INCEPTION_SHA = "6726825d"
ROWS = 64
_CPU = torch.device("cpu")


class NetworkExtractor:
    """A frozen network under the name that every metric from it carries."""

    def __init__(
        self,
        name: str,
        look: Callable[[Tensor], tuple[Tensor, Tensor]],
        *,
        is_inception: bool,
        device: torch.device = _CPU,
    ) -> None:
        self._name, self._look, self._is_inception, self._device = name, look, is_inception, device

    @property
    def name(self) -> str:
        return self._name

    @property
    def is_inception(self) -> bool:
        return self._is_inception

    def extract(self, pixels: Pixels, on_progress: OnProgress | None = None) -> tuple[Floats, Floats]:
        """In batches, so that memory stays flat whatever the number of images."""
        whole = float(np.iinfo(pixels.dtype).max)
        embeddings, probabilities = [], []
        for start in range(0, len(pixels), ROWS):
            batch = torch.from_numpy(pixels[start : start + ROWS].astype(np.float32) / whole)[:, None]
            features, classes = self._look(batch.to(self._device))
            embeddings.append(features.cpu().double().numpy())
            probabilities.append(classes.cpu().double().numpy())
            if on_progress is not None:
                on_progress(min(start + ROWS, len(pixels)), len(pixels))
        return np.concatenate(embeddings), np.concatenate(probabilities)


@cache
def domain_extractor(weights: Path = DOMAIN_WEIGHTS, *, device: torch.device = _CPU) -> NetworkExtractor:
    """The one that needs nothing: its name is `knee-domain-net` with the sha256 of its file."""
    net = DomainNet()
    try:
        tensors = load_file(weights)
        net.load_state_dict({name: value.float() for name, value in tensors.items()})
    except (SafetensorError, OSError, RuntimeError) as error:
        raise CheckpointError(
            f"The extractor {weights} cannot be read ({error}). Install the package again, or train it anew "
            "with `python -m generation.evidence.train_domain_net`."
        ) from error
    net.eval().requires_grad_(False).to(device)
    sha = sha256(weights.read_bytes()).hexdigest()[:8]
    return NetworkExtractor(
        f"knee-domain-net:{sha}", lambda image: read(net, image), is_inception=False, device=device
    )


def inception_extractor(weights: Path, *, device: torch.device = _CPU) -> NetworkExtractor:
    """Only the file with the known hash may give a FID."""
    try:
        sha = sha256(weights.read_bytes()).hexdigest()
    except OSError as error:
        raise CheckpointError(f"{weights} cannot be read ({error.strerror}).") from error
    if not sha.startswith(INCEPTION_SHA):
        raise CheckpointError(
            f"{weights} has the sha256 {sha[:8]}…, but the Inception of the FID has {INCEPTION_SHA}…. Give "
            "pt_inception-2015-12-05-6726825d.pth from the releases of mseitzer/pytorch-fid, or leave the "
            "option out: the distance is then measured, and named, with the project's own network."
        )
    net = Inception()
    try:
        # weights_only: tensors alone, no code is run
        net.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True))
    except (UnpicklingError, RuntimeError) as error:
        raise CheckpointError(f"{weights} does not fit the Inception of the FID: {error}") from error
    return NetworkExtractor(
        f"inception-v3-2015:{INCEPTION_SHA}",
        _inception_look(net.eval().to(device)),
        is_inception=True,
        device=device,
    )


def _inception_look(net: nn.Module) -> Callable[[Tensor], tuple[Tensor, Tensor]]:
    @torch.no_grad()
    def look(image: Tensor) -> tuple[Tensor, Tensor]:
        features, logits = net(image)
        return features, logits.softmax(1)

    return look
