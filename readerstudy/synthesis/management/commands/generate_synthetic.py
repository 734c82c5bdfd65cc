import os
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

import django
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from generation import describe_checkpoint
from generation.commands.sample import add_out_argument, add_request_arguments
from readerstudy.errors import ReaderstudyError
from readerstudy.synthesis.generate import generate, request_of, values_of

if TYPE_CHECKING:
    from generation import Progress, SampleRequest, SampleSummary
    from readerstudy.accounts.models import User
    from readerstudy.studies.models import Study
    from readerstudy.truth.models import Source


class Command(BaseCommand):
    """Starts without Django's apps, which only --study needs: `readerstudy.command_line` relies on it."""

    help = (
        "Generate synthetic images and their manifest from the bundled model or a checkpoint. "
        "Run it again to resume. Under `accelerate launch` it uses every device."
    )
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_out_argument(parser)
        add_request_arguments(parser)
        parser.add_argument(
            "--study",
            help="put the images into a source of this study; --seed is then the number of the series, "
            "and the seed itself a secret",
        )
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
            if destination is not None:
                self._warn(request, destination[0].study)
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
        values = values_of(options)
        if study is None:
            return request_of(values)
        from readerstudy.synthesis.for_study import request_for

        return request_for(study, values, series=options["seed"])

    def _warn(self, request: "SampleRequest", study: "Study") -> None:
        from readerstudy.synthesis.for_study import size_warning

        size_px = describe_checkpoint(request.checkpoint_path).size
        warning = size_warning(study.protocol.document.canvas, size_px)
        if warning and _first():
            self.stderr.write(warning)

    @staticmethod
    def _generate(request: "SampleRequest", *, quiet: bool) -> "SampleSummary":
        with tqdm(total=request.count, unit="image", disable=quiet or not _first()) as bar:

            def show(progress: "Progress") -> None:
                bar.update(progress.done - bar.n)

            return generate(request, on_progress=show)

    def _add(
        self, request: "SampleRequest", summary: "SampleSummary", source: "Source", by: "User", *, series: int
    ) -> None:
        from readerstudy.synthesis.add_to_source import add_to_source

        imported = add_to_source(source, request, summary, by=by, series=series)
        self.stdout.write(f"{imported.added} images new in source {source.name} of {source.study.slug}.")


def _first() -> bool:
    """Whether this is the first of several processes, which alone speaks and writes to the database."""
    return os.environ.get("RANK", "0") == "0"
