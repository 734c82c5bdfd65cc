"""`python -m generation train`: a model from radiographs."""

import argparse
import logging
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING

from generation.commands.console import progress_bar, say, time_left
from generation.errors import RequestError

if TYPE_CHECKING:
    from generation.data.sources import Source
    from generation.team import Team
    from generation.training.config import TrainConfig
    from generation.wgan.train import WganTraining

SUMMARY = "train a diffusion model, or a WGAN-GP, on a folder or manifest of radiographs"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("source", type=Path, help="a folder with one folder a label, or a manifest.csv")
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="the run; resumed where it exists"
    )
    parser.add_argument("--model", choices=("ddpm", "wgan"), default="ddpm", help="default ddpm")
    parser.add_argument("--config", metavar="NAME", help="of a DDPM: a preset or a TOML file")
    parser.add_argument(
        "--set", action="append", default=[], metavar="KEY=VALUE", help="e.g. optimiser.warmup_steps=9"
    )
    parser.add_argument(
        "--conditions", metavar="A,B", help="labels to train on (default: all); none for no labels"
    )
    parser.add_argument("--continuous", default="", metavar="A,B", help="labels that are numbers on a scale")
    parser.add_argument(
        "--size", type=int, metavar="PX", help="side of the images (default: the configuration's)"
    )
    parser.add_argument(
        "--fit", choices=("exact", "crop", "pad"), default="exact", help="what to do with other shapes"
    )
    parser.add_argument("--label-name", default="grade", help="what the label folders mean (default grade)")
    parser.add_argument("--cache", type=Path, metavar="DIR", help="decoded images (default OUT/cache)")
    parser.add_argument(
        "--start-from", type=Path, metavar="CHECKPOINT", help="begin with the weights of a DDPM checkpoint"
    )
    parser.add_argument("--steps", type=int, help="how long to train (default: the configuration's)")
    parser.add_argument("--cpu", action="store_true", help="leave the accelerator alone")


def run(arguments: argparse.Namespace) -> int:
    from generation.data.sources import read_source
    from generation.team import Team
    from generation.training.config import TrainConfig, load_config, overridden
    from generation.training.folder import run_folder
    from generation.wgan.train import WganTraining

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    config: TrainConfig | WganTraining = WganTraining()
    if arguments.model == "ddpm":
        config = load_config(arguments.config or "default")
    else:
        _refuse_diffusion(arguments)
    config = overridden(config, arguments.set, steps=arguments.steps)
    source = read_source(arguments.source, label_name=arguments.label_name)
    team = Team(cpu=arguments.cpu)
    with run_folder(arguments.out) if team.first else nullcontext():
        checkpoint = _train(arguments, config, source, team)
    if team.first:
        say(f"checkpoint: {checkpoint}")
    return 0


def _train(
    arguments: argparse.Namespace, config: "TrainConfig | WganTraining", source: "Source", team: "Team"
) -> Path:
    from generation.data.shards import prepare_dataset
    from generation.training.loop import train
    from generation.wgan.train import WganTraining, train_wgan

    team.wait()  # until the first process has found the folder fit for a run
    dataset = prepare_dataset(
        source,
        size=config.network.size if arguments.size is None else arguments.size,
        cache=arguments.cache or arguments.out / "cache",
        fit=arguments.fit,
        on_progress=progress_bar("image") if team.first else None,
    )
    space = dataset.space(_names(arguments.conditions), _names(arguments.continuous) or ())
    if team.first:
        say(
            f"{len(dataset.of_split('train'))} images to train on, {len(dataset.of_split('val'))} to "
            f"validate, at {dataset.size} px; conditions: {', '.join(space.names) or 'none'}"
        )
    if isinstance(config, WganTraining):
        return train_wgan(dataset, space, config, arguments.out, on_progress=_report, cpu=arguments.cpu)
    return train(
        dataset,
        space,
        config,
        arguments.out,
        on_progress=_report,
        start_from=arguments.start_from,
        cpu=arguments.cpu,
    )


def _refuse_diffusion(arguments: argparse.Namespace) -> None:
    if arguments.start_from:
        raise RequestError("--start-from is for diffusion models; a WGAN-GP starts anew.")
    if arguments.config:
        raise RequestError(
            f"--config {arguments.config} is for diffusion models; set a WGAN-GP up with --size and --set, "
            "e.g. --set critic_steps=3."
        )


def _names(text: str | None) -> list[str] | None:
    if text is None:
        return None
    return [] if text == "none" else [name.strip() for name in text.split(",") if name.strip()]


def _report(progress: object) -> None:
    from generation.training.progress import TrainProgress

    if isinstance(progress, TrainProgress) and (progress.first or progress.step % 50 == 0):
        say(
            f"step {progress.step} of {progress.steps}, loss {progress.loss:.4f}, "
            f"{progress.images_per_second:.1f} images/s, {time_left(progress.seconds_left)}"
        )
