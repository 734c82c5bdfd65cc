import os
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.management.base import CommandError
from tqdm import tqdm

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.synthesis.generate import add_to_source, conditions_of, generate, request_of
from readerstudy.truth.sources import source_of

if TYPE_CHECKING:
    from generation import Progress

SAMPLERS = ("unipc", "dpm++2m", "ddim", "ddpm")
PRECISIONS = ("float32", "bfloat16")
#: What is the package's choice where nothing is said.
_GIVEN = ("guidance", "steps", "sampler", "precision")


class Command(StudyCommand):
    help = (
        "Generate synthetic images with their manifest, from the bundled model unless a checkpoint is named. "
        "Run again it goes on where it stopped; under `accelerate launch` it uses every device."
    )
    takes_study = False

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--checkpoint", type=Path, help="a .safetensors file of this package's training")
        parser.add_argument("--condition", action="append", default=[], metavar="KEY=VALUE")
        parser.add_argument("--guidance", type=float)
        parser.add_argument("--steps", type=int)
        parser.add_argument("--sampler", choices=SAMPLERS)
        parser.add_argument("--seed", type=int, default=0)
        parser.add_argument("--format", choices=("png8", "png16", "dicom"), default="png16")
        parser.add_argument("--precision", choices=PRECISIONS, help="bfloat16 is faster on a GPU")
        parser.add_argument("--compile", action="store_true", help="compile the network first: for a GPU")
        parser.add_argument("--study", help="put the images into a source of this study")
        parser.add_argument("--source", help="the source, as the protocol names it")

    def begin(self, by: User, options: dict[str, Any]) -> None:
        if bool(options["study"]) != bool(options["source"]):
            raise CommandError("--study and --source go together: name both, or neither.")
        source = None
        if options["study"]:
            source = source_of(self.study_called(options["study"]), options["source"], kind="synthetic")
        given = {key: options[key] for key in _GIVEN if options[key] is not None}
        request = request_of(
            {
                "count": options["count"],
                "out": options["out"],
                "checkpoint": options["checkpoint"],
                "conditions": conditions_of(options["condition"]),
                "seed": options["seed"],
                "format": options["format"],
                "compiled": options["compile"],
                **given,
            }
        )
        with tqdm(
            total=request.count, unit="image", disable=options["verbosity"] == 0 or not _first()
        ) as bar:

            def show(progress: "Progress") -> None:
                bar.update(progress.done - bar.n)

            summary = generate(request, on_progress=show)
        if not _first():
            return
        self.say(f"{summary.total} images in {summary.out}, {summary.made} of them made now.")
        if source is not None:
            imported = add_to_source(source, request, summary, by=by)
            self.say(f"{imported.added} images new in source {source.name} of {source.study.slug}.")


def _first() -> bool:
    """Whether this is the first of several processes, which alone speaks and writes to the database."""
    return os.environ.get("RANK", "0") == "0"
