from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError
from tqdm import tqdm

from readerstudy.accounts.models import User
from readerstudy.imaging.importing import Refused
from readerstudy.imaging.naming import Naming
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.import_images import import_images
from readerstudy.truth.sources import source_of

MOST_SHOWN = 50


class Command(StudyCommand):
    help = (
        "Import images into a source of a study: files, folders, zip archives, DICOM. They are de-identified "
        "and normalised; running the command again goes on where it stopped."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", required=True, help="a source that the protocol names")
        parser.add_argument("--kind", required=True, choices=("real", "synthetic"))
        parser.add_argument("--manifest", type=Path, help="CSV: file, patient, and a column for each label")
        parser.add_argument(
            "--names", help="read labels off folders and names, such as '{grade}/{patient:7}{side:1}.png'"
        )
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        source = source_of(study, options["source"], kind=options["kind"])
        with tqdm(unit="image", disable=options["verbosity"] == 0) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            summary = import_images(
                source,
                options["paths"],
                by=by,
                manifest=options["manifest"],
                naming=Naming(options["names"]) if options["names"] else None,
                on_progress=show,
            )
        self.say(
            f"{summary.added} images new in source {source.name}, {summary.known} known before, "
            f"{summary.duplicates} with the same pixels as another, {len(summary.refused)} refused."
        )
        for line in self._refusals(summary.refused):
            self.stderr.write(line)
        if summary.refused and not summary.added and not summary.known:
            raise CommandError("Nothing could be imported; the reasons stand above.")

    @staticmethod
    def _refusals(refused: tuple[Refused, ...]) -> Iterator[str]:
        for refusal in refused[:MOST_SHOWN]:
            yield f"refused {refusal.file}: {refusal.reason}"
        if len(refused) > MOST_SHOWN:
            yield f"… and {len(refused) - MOST_SHOWN} more."
