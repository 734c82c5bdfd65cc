"""`python -m generation.evidence.train_domain_net`: the frozen extractor, from phantoms that all can make.

Films are varied while training (shift, exposure, contrast, blur, noise), so that the features follow anatomy
and survive another detector.
"""

import argparse
import json
import sys
from functools import partial
from hashlib import sha256
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor
from torch.nn import functional

from generation.evidence.domain_net import INPUT_PX, DomainNet
from generation.evidence.extractors import DOMAIN_WEIGHTS
from generation.phantoms import make_phantom
from generation.processes import process_pool

SEED = 4_001
SHOWN_SHARE = 0.9
LONGEST_SHIFT_PX = 6


def film_of(index: int, seed: int) -> tuple[NDArray[np.uint8], tuple[float, float, float]]:
    """One phantom as 8 bit with its targets: grade, side, joint space."""
    phantom = make_phantom(index, seed=seed, size=INPUT_PX)
    side = float(phantom.subject.side == "R")
    return (phantom.image >> 8).astype(np.uint8), (phantom.subject.grade, side, phantom.joint_space_mm)


def films(count: int, seed: int, processes: int) -> tuple[Tensor, Tensor]:
    with process_pool(processes) as pool:
        made = list(pool.map(partial(film_of, seed=seed), range(count), chunksize=16))
    images = torch.from_numpy(np.stack([image for image, _ in made]))[:, None]
    return images, torch.tensor([targets for _, targets in made], dtype=torch.float32)


def varied(images: Tensor, draw: torch.Generator) -> Tensor:
    """The same anatomy as another room would have shown it."""
    n = len(images)
    shown = images.float() / 255
    shift = torch.randint(-LONGEST_SHIFT_PX, LONGEST_SHIFT_PX + 1, (2,), generator=draw).tolist()
    shown = torch.roll(shown, shift, (2, 3))
    gamma = torch.exp(0.35 * torch.randn(n, 1, 1, 1, generator=draw))
    gain = 1 + 0.2 * torch.randn(n, 1, 1, 1, generator=draw)
    lift = 0.1 * torch.randn(n, 1, 1, 1, generator=draw)
    shown = (shown.clamp(1e-3, 1) ** gamma - 0.5) * gain + 0.5 + lift
    if torch.rand((), generator=draw) < 0.3:
        shown = functional.avg_pool2d(shown, 3, stride=1, padding=1)
    noise = 0.06 * torch.rand(n, 1, 1, 1, generator=draw)
    return (shown + noise * torch.randn(shown.shape, generator=draw)).clamp(0, 1)


def loss_of(net: DomainNet, images: Tensor, targets: Tensor) -> Tensor:
    features = net(images)
    grade = functional.cross_entropy(net.grade(features), targets[:, 0].long())
    side = functional.binary_cross_entropy_with_logits(net.side(features)[:, 0], targets[:, 1])
    space = functional.smooth_l1_loss(net.joint_space_mm(features)[:, 0], targets[:, 2])
    return grade + 0.5 * side + space


def fit(images: Tensor, targets: Tensor, *, epochs: int, batch: int, seed: int) -> DomainNet:
    torch.manual_seed(seed)
    draw = torch.Generator().manual_seed(seed)
    net = DomainNet()
    optimiser = torch.optim.AdamW(net.parameters(), lr=1e-3, weight_decay=0.02)
    steps = epochs * (len(images) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, max_lr=1e-3, total_steps=steps)
    for epoch in range(epochs):
        order = torch.randperm(len(images), generator=draw)
        total = 0.0
        for start in range(0, len(images) - batch + 1, batch):
            chosen = order[start : start + batch]
            with torch.autocast("cpu", torch.bfloat16):
                loss = loss_of(net, varied(images[chosen], draw), targets[chosen])
            optimiser.zero_grad(set_to_none=True)
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            schedule.step()
            total += float(loss.detach())
        sys.stderr.write(f"epoch {epoch + 1} of {epochs}: loss {total / (len(images) // batch):.3f}\n")
    return net.eval()


@torch.no_grad()
def judge(net: DomainNet, images: Tensor, targets: Tensor) -> dict[str, float]:
    """How well the net reads phantoms that it has not seen."""
    features = net(images.float() / 255)
    grade = net.grade(features).argmax(1)
    side = (net.side(features)[:, 0] > 0).float()
    space = net.joint_space_mm(features)[:, 0]
    return {
        "grade_accuracy": round(float((grade == targets[:, 0]).float().mean()), 3),
        "grade_within_one": round(float(((grade - targets[:, 0]).abs() <= 1).float().mean()), 3),
        "side_accuracy": round(float((side == targets[:, 1]).float().mean()), 3),
        "joint_space_error_mm": round(float((space - targets[:, 2]).abs().mean()), 3),
    }


def main() -> int:
    parser = argparse.ArgumentParser(
        prog="python -m generation.evidence.train_domain_net", description=__doc__
    )
    parser.add_argument("--count", type=int, default=2_000, metavar="N", help="phantoms (default 2000)")
    parser.add_argument("--epochs", type=int, default=8, metavar="N", help="default 8")
    parser.add_argument("--batch", type=int, default=32, metavar="N", help="default 32")
    parser.add_argument("--seed", type=int, default=SEED, help=f"default {SEED}")
    parser.add_argument("--processes", type=int, default=1, metavar="P", help="for drawing films (default 1)")
    parser.add_argument(
        "--out", type=Path, default=DOMAIN_WEIGHTS, metavar="FILE", help="a .safetensors file"
    )
    arguments = parser.parse_args()
    images, targets = films(arguments.count, arguments.seed, arguments.processes)
    shown = int(SHOWN_SHARE * len(images))
    net = fit(
        images[:shown],
        targets[:shown],
        epochs=arguments.epochs,
        batch=arguments.batch,
        seed=arguments.seed,
    )
    half = {name: value.half().contiguous() for name, value in net.state_dict().items()}
    net.load_state_dict({name: value.float() for name, value in half.items()})
    found = judge(net, images[shown:], targets[shown:])
    arguments.out.parent.mkdir(parents=True, exist_ok=True)
    save_file(half, arguments.out)
    told = {name: value for name, value in vars(arguments).items() if name not in ("out", "processes")}
    manifest = {
        "sha256": sha256(arguments.out.read_bytes()).hexdigest(),
        "trained_by": "python -m generation.evidence.train_domain_net",
        **told,
        "films_held_out": len(images) - shown,
        "on_held_out_films": found,
        "torch": torch.__version__,
    }
    arguments.out.with_suffix(".json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")
    sys.stdout.write(f"{arguments.out}: {found}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
