"""From an image to the noise that it comes from, and back under other conditions.

Steps of DDIM (Song et al. 2021, eq. 12), which are the same in both directions. On the way to the noise each
is repeated until it agrees with itself (Pan et al. 2023), as it has to know the noise where it ends.
"""

import torch
from torch import Tensor

from generation.models.configs import DiffusionConfig
from generation.models.diffusion import signal_shares
from generation.sampling.solvers import Predict
from generation.sampling.timesteps import visited_timesteps

_ROUNDS = 5


class Inversion:
    """`depth` is how far towards the noise: from 0, the image itself, to 1, where nothing of it is left."""

    def __init__(self, network: Predict, diffusion: DiffusionConfig, *, steps: int, depth: float) -> None:
        self.network, self.prediction = network, diffusion.prediction
        visited = visited_timesteps(diffusion.timesteps, steps).flip(0)
        self.timesteps = visited[visited < depth * (diffusion.timesteps - 1)]
        self.shares = torch.cat([torch.ones(1), signal_shares(diffusion)[self.timesteps]])

    @torch.inference_mode()
    def noise_of(self, images: Tensor, conditions: Tensor) -> Tensor:
        """What `images_of` makes these images from, under the same conditions."""
        noisy = images
        for number, timestep in enumerate(self.timesteps):
            before, after = self.shares[number], self.shares[number + 1]
            begun = noisy
            for _ in range(_ROUNDS):
                noisy = _moved(begun, self._noise_in(noisy, timestep, after, conditions), before, after)
        return noisy

    @torch.inference_mode()
    def images_of(self, noisy: Tensor, conditions: Tensor) -> Tensor:
        for number in reversed(range(len(self.timesteps))):
            before, after = self.shares[number + 1], self.shares[number]
            noise = self._noise_in(noisy, self.timesteps[number], before, conditions)
            noisy = _moved(noisy, noise, before, after)
        return noisy.clamp(-1.0, 1.0)

    def _noise_in(self, noisy: Tensor, timestep: Tensor, share: Tensor, conditions: Tensor) -> Tensor:
        told = timestep.to(noisy.device).expand(len(noisy))
        predicted: Tensor = self.network(noisy, told, conditions).float()
        if self.prediction == "epsilon":
            return predicted
        return (1.0 - share).sqrt() * noisy + share.sqrt() * predicted


def _moved(images: Tensor, noise: Tensor, before: Tensor, after: Tensor) -> Tensor:
    """Images of one share of signal at another, when this is the noise in them."""
    clean = (images - (1.0 - before).sqrt() * noise) / before.sqrt()
    return after.sqrt() * clean + (1.0 - after).sqrt() * noise
