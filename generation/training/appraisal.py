"""How a run is doing: validation loss, a look at samples, and early signs of learning by heart."""

import itertools
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray

from generation.conditions import Categorical, ConditionSpace
from generation.data.shards import Dataset
from generation.models.denoiser import Denoiser
from generation.models.diffusion import ForwardProcess, stratified_timesteps
from generation.sampling.request import STEPS
from generation.sampling.solvers import Guidance, denoise
from generation.training.config import TrainConfig
from generation.training.quality import Judge, Quality

#: Samples that lie this much nearer to training images than validation images do are a warning.
NEAREST_RATIO_WARNING = 0.6
SHEET_STEPS = 12


@dataclass(frozen=True, kw_only=True)
class Appraisal:
    """One look at the network."""

    validation_loss: float
    spectrum_distance: float
    nearest_ratio: float
    quality: Quality | None
    samples: NDArray[np.float32]
    columns: int


class Appraiser:
    """Looks at a network with the same validation images, noise and seeds each time."""

    def __init__(
        self,
        dataset: Dataset,
        space: ConditionSpace,
        config: TrainConfig,
        *,
        device: torch.device,
    ) -> None:
        self.space, self.diffusion, self.device = space, config.diffusion, device
        self.size, self.batch_size, self.seed = dataset.size, config.batch_size, config.seed
        #: Without dropped conditions the network does not know what guidance leads away from.
        self.guidance = Guidance(scale=1.5 if config.condition_dropout else 1.0)
        seed = config.seed
        rng = np.random.default_rng([seed, 2])
        held_out, train = dataset.of_split("val"), dataset.of_split("train")
        held_out = held_out if len(held_out) else train
        chosen = np.sort(rng.choice(held_out, min(128, len(held_out)), replace=False))
        self.images = dataset.images(chosen)
        self.conditions = torch.from_numpy(dataset.conditions(space)[chosen])
        self.train_thumbs = thumbnails(
            dataset.images(np.sort(rng.choice(train, min(4000, len(train)), replace=False)))
        )
        self.grid, self.columns = grid_conditions(space)
        self.judged, self.judge = min(config.judged_images, len(chosen)), None
        if self.judged:
            self.judge = Judge(dataset, chosen, seed=seed, mirrored=config.flip != "none")

    def look(self, network: Denoiser) -> Appraisal:
        samples = self._samples(network)
        return Appraisal(
            validation_loss=self._validation_loss(network),
            spectrum_distance=spectrum_distance(samples, self.images),
            nearest_ratio=self._nearest_ratio(samples),
            quality=self._quality(network),
            samples=samples,
            columns=self.columns,
        )

    @torch.inference_mode()
    def _validation_loss(self, network: Denoiser) -> float:
        process = ForwardProcess(self.diffusion, self.device)
        generator = torch.Generator().manual_seed(self.seed)
        losses = []
        for start in range(0, len(self.images), 16):
            images = torch.from_numpy(self.images[start : start + 16]).to(self.device)
            noise = torch.randn(images.shape, generator=generator).to(self.device)
            times = stratified_timesteps(len(images), self.diffusion.timesteps, generator).to(self.device)
            conditions = self.conditions[start : start + 16].to(self.device)
            predicted = network(process.noised(images, noise, times), times, conditions)
            losses.append(process.loss(predicted, images, noise, times))
        return float(torch.cat(losses).mean())

    def _samples(self, network: Denoiser) -> NDArray[np.float32]:
        return self._drawn(network, torch.from_numpy(self.grid), SHEET_STEPS, self.guidance)

    def _quality(self, network: Denoiser) -> Quality | None:
        """Samples with the conditions of held-out images, drawn as `sample` draws them, beside these."""
        if self.judge is None:
            return None
        return self.judge.judge(self._drawn(network, self.conditions[: self.judged], STEPS, Guidance()))

    def _drawn(
        self, network: Denoiser, conditions: torch.Tensor, steps: int, guidance: Guidance
    ) -> NDArray[np.float32]:
        """In slices of the training batch: a sheet of two labels has up to a hundred images."""
        drawn = []
        for start in range(0, len(conditions), self.batch_size):
            chosen = conditions[start : start + self.batch_size].to(self.device)
            images = denoise(
                network,
                self.diffusion,
                chosen,
                [torch.Generator().manual_seed(self.seed + start + i) for i in range(len(chosen))],
                size=self.size,
                steps=steps,
                guidance=guidance,
            )
            drawn.append(images.cpu().numpy())
        return np.concatenate(drawn)

    def _nearest_ratio(self, samples: NDArray[np.float32]) -> float:
        """Median distance of samples to their nearest training image, over that of validation images."""
        ours = _nearest(thumbnails(samples), self.train_thumbs)
        theirs = _nearest(thumbnails(self.images), self.train_thumbs)
        return float(np.median(ours) / max(float(np.median(theirs)), 1e-9))


def grid_conditions(space: ConditionSpace) -> tuple[NDArray[np.float32], int]:
    """Conditions of a sample sheet, 20 images or so, and its columns: a row a value of the first category.

    Where there are two, each row shows the values of the second in turn.
    """
    categories = [a for a in space.attributes if isinstance(a, Categorical) and len(a.values) <= 10][:2]
    if not categories:
        return np.full((16, len(space)), np.nan, np.float32), 8
    combinations = list(itertools.product(*(category.values for category in categories)))
    names = [category.name for category in categories]
    rows = [space.encode(dict(zip(names, values, strict=True))) for values in combinations]
    repeats = max(1, 20 // len(rows))
    columns = repeats * len(rows) // len(categories[0].values)
    return np.repeat(np.array(rows, np.float32), repeats, axis=0), columns


def thumbnails(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """16 x 16 block means without their own mean, one row an image."""
    n, _, size, _ = images.shape
    cells = np.linspace(0, size, 17).astype(int)[:-1]
    small = np.add.reduceat(np.add.reduceat(images[:, 0], cells, axis=1), cells, axis=2) / (size / 16) ** 2
    flat: NDArray[np.float32] = (small - small.mean((1, 2), keepdims=True)).reshape(n, -1).astype(np.float32)
    return flat


def _nearest(points: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float32]:
    squares = (points**2).sum(1)[:, None] + (others**2).sum(1)[None] - 2 * points @ others.T
    nearest: NDArray[np.float32] = np.sqrt(squares.min(1).clip(0))
    return nearest


def spectrum_distance(images: NDArray[np.float32], others: NDArray[np.float32]) -> float:
    """RMS difference of the mean log radial power spectra: missing texture shows here first."""
    ours, theirs = (np.log(radial_power(either) + 1e-9) for either in (images, others))
    return float(np.sqrt(np.mean((ours - theirs) ** 2)))


def radial_power(images: NDArray[np.float32]) -> NDArray[np.float64]:
    """Mean power of images (n, 1, size, size) at 1, 2, … cycles an image."""
    power = np.abs(np.fft.rfft2(images[:, 0].astype(np.float64))) ** 2
    size = images.shape[-1]
    radius = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None]) * size
    bins = np.clip(radius.round().astype(int), 1, size // 2)
    mean = np.bincount(bins.ravel(), power.mean(0).ravel()) / np.maximum(np.bincount(bins.ravel()), 1)
    spectrum: NDArray[np.float64] = mean[1:]
    return spectrum
