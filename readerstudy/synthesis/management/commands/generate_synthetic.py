import os
from argparse import ArgumentParser
from pathlib import Path
from typing import TYPE_CHECKING, Any

import django
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from readerstudy.errors import ReaderstudyError
from readerstudy.synthesis.generate import conditions_of, generate, request_of

if TYPE_CHECKING:
    from generation import Progress, SampleRequest, SampleSummary
    from readerstudy.accounts.models import User
    from readerstudy.studies.models import Study
    from readerstudy.truth.models import Source

SAMPLERS = ("unipc", "dpm++2m", "ddim", "ddpm")
PRECISIONS = ("float32", "bfloat16")
#: Options that keep the package's default unless they are given.
_GIVEN = ("guidance", "steps", "sampler", "precision")


class Command(BaseCommand):
    """Starts without Django's apps, which only --study needs: `readerstudy.command_line` relies on it."""

    help = (
        "Generate synthetic images and their manifest from the bundled model or a checkpoint. "
        "Run it again to resume. Under `accelerate launch` it uses every device."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--count", type=int, required=True)
        parser.add_argument("--out", type=Path, required=True)
        parser.add_argument("--checkpoint", type=Path, help="a .safetensors file written by this package")
        parser.add_argument("--condition", action="append", default=[], metavar="KEY=VALUE")
        parser.add_argument("--guidance", type=float)
        parser.add_argument("--steps", type=int)
        parser.add_argument("--sampler", choices=SAMPLERS)
        parser.add_argument(
            "--seed", type=int, default=0, help="with --study: number of the series; its seed is a secret"
        )
        parser.add_argument("--format", choices=("png8", "png16", "dicom"), default="png16")
        parser.add_argument("--precision", choices=PRECISIONS, help="bfloat16 is faster on a GPU")
        parser.add_argument("--compile", action="store_true", help="compile the network first: for a GPU")
        parser.add_argument("--study", help="put the images into a source of this study")
        parser.add_argument("--source", help="the source, as the protocol names it")
        parser.add_argument(
            "--by", metavar="EMAIL", help="with --study: who does this (default: the operator)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if bool(options["study"]) != bool(options["source"]):
            raise CommandError("--study and --source go together: name both, or neither.")
        try:
            destination = self._destination(options) if options["study"] else None
            request = self._request(options, destination[0].study if destination else None)
            summary = self._generate(request, quiet=options["verbosity"] == 0)
            if not _first():
                return
            self.stdout.write(f"{summary.total} images in {summary.out}, {summary.made} of them made now.")
            if destination is not None:
                self._add(request, summary, *destination, series=options["seed"])
        except ReaderstudyError as refusal:
            raise CommandError(str(refusal)) from refusal

    @staticmethod
    def _destination(options: dict[str, Any]) -> tuple["Source", "User"]:
        django.setup()
        from readerstudy.studies.command import StudyCommand
        from readerstudy.truth.sources import source_of

        study = StudyCommand.study_called(options["study"])
        return source_of(study, options["source"], kind="synthetic"), StudyCommand.author(options["by"])

    @staticmethod
    def _request(options: dict[str, Any], study: "Study | None") -> "SampleRequest":
        values = {
            "count": options["count"],
            "out": options["out"],
            "checkpoint": options["checkpoint"],
            "conditions": conditions_of(options["condition"]),
            "format": options["format"],
            "compiled": options["compile"],
            **{key: options[key] for key in _GIVEN if options[key] is not None},
        }
        if study is None:
            return request_of({**values, "seed": options["seed"]})
        from readerstudy.synthesis.for_study import request_for

        return request_for(study, values, series=options["seed"])

    @staticmethod
    def _generate(request: "SampleRequest", *, quiet: bool) -> "SampleSummary":
        with tqdm(total=request.count, unit="image", disable=quiet or not _first()) as bar:

            def show(progress: "Progress") -> None:
                bar.update(progress.done - bar.n)

            return generate(request, on_progress=show)

    def _add(
        self,
        request: "SampleRequest",
        summary: "SampleSummary",
        source: "Source",
        by: "User",
        *,
        series: int,
    ) -> None:
        from readerstudy.synthesis.add_to_source import add_to_source

        imported = add_to_source(source, request, summary, by=by, series=series)
        self.stdout.write(f"{imported.added} images new in source {source.name} of {source.study.slug}.")


def _first() -> bool:
    """Whether this is the first of several processes, which alone speaks and writes to the database."""
    return os.environ.get("RANK", "0") == "0"
