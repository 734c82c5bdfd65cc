from argparse import ArgumentParser
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.desk.images.refusals import RefusedAlike, refusals_as_csv, refusals_by_reason
from readerstudy.imaging.naming import Naming
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.import_images import import_images
from readerstudy.truth.sources import source_of

MOST_SHOWN = 50


class Command(StudyCommand):
    help = (
        "Import images into a source of a study: files, folders, zip archives, DICOM. They are de-identified "
        "and normalised. Run the command again to resume an import that was interrupted."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", required=True, help="a source that the protocol names")
        parser.add_argument("--kind", required=True, choices=("real", "synthetic"))
        parser.add_argument("--manifest", type=Path, help="CSV: file, patient, and a column for each label")
        parser.add_argument(
            "--names",
            help="read labels from folder and file names, such as '{grade}/{patient:7}{side:1}.png'",
        )
        parser.add_argument("--refused", type=Path, help="write what was refused, and why, to this CSV file")
        parser.add_argument("paths", nargs="+", type=Path, metavar="PATH")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        source = source_of(study, options["source"], kind=options["kind"])
        with self.progress("image", options) as show:
            summary = import_images(
                source,
                options["paths"],
                by=by,
                manifest=options["manifest"],
                naming=Naming(options["names"]) if options["names"] else None,
                on_progress=show,
            )
        learnt = f" ({summary.labelled} of them got labels they did not have)" if summary.labelled else ""
        self.say(
            f"{summary.added} images new in source {source.name}, {summary.known} known before{learnt}, "
            f"{summary.duplicates} with the same pixels as another, {len(summary.refused)} refused."
        )
        refused = [asdict(one) for one in summary.refused]
        if options["refused"]:
            options["refused"].write_text(refusals_as_csv(refused), encoding="utf-8")
        for line in self._refusals(refusals_by_reason(refused), options["refused"]):
            self.stderr.write(line)
        if summary.refused and not summary.added and not summary.known:
            raise CommandError("Nothing could be imported. See the reasons above.")

    @staticmethod
    def _refusals(groups: list[RefusedAlike], file: Path | None) -> Iterator[str]:
        for group in groups[:MOST_SHOWN]:
            named = ", ".join(
                f"line {one['line']} {one['file']}".strip() if one["line"] else one["file"]
                for one in group.named
            )
            more = f" and {group.unnamed} more" if group.unnamed else ""
            yield f"refused {group.count}: {named}{more}: {group.reason}"
        if len(groups) > MOST_SHOWN:
            yield f"… and {len(groups) - MOST_SHOWN} more reasons."
        if len(groups) > MOST_SHOWN or any(group.unnamed for group in groups):
            yield f"All of them are in {file}." if file else "Write all of them to a CSV with --refused FILE."
