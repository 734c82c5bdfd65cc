"""The exponential moving average of the weights, which is what is sampled from."""

import torch
from torch import nn
from torch.optim.swa_utils import get_ema_multi_avg_fn


class MovingAverage:
    """A copy of a network that follows it slowly; at first faster, so that it forgets the random start."""

    def __init__(self, network: nn.Module, decay: float) -> None:
        self.decay = decay
        self.weights = {n: w.detach().clone().float() for n, w in network.state_dict().items()}

    @torch.no_grad()
    def restore(self, weights: dict[str, torch.Tensor]) -> None:
        """Take over saved weights, in the memory order of those that are there."""
        for name, weight in self.weights.items():
            weight.copy_(weights[name])

    @torch.no_grad()
    def follow(self, network: nn.Module, step: int) -> None:
        kept = min(self.decay, (1 + step) / (10 + step))
        state = network.state_dict()
        # One call for all weights instead of one for each.
        follow_all = get_ema_multi_avg_fn(kept)  # type: ignore[no-untyped-call]
        follow_all(list(self.weights.values()), [state[name].float() for name in self.weights], step)
