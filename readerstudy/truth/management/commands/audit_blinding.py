import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.blinding.audit import audit_blinding


class Command(StudyCommand):
    help = "Check whether anything but content tells real from synthetic images; exits 1 if it does."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", type=Path, metavar="FILE", help="write the full result to this file")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        with self.progress("image", options) as show:
            audit = audit_blinding(study, by=by, on_progress=show)
        found = audit.document
        if options["json"] is not None:
            options["json"].write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        for feature in found["features"]:
            area = feature["auc"]["estimate"]
            self.say(f"{feature['verdict']:19} {area:5.2f}  {feature['title']}")
        self.say(found["sentence"])
        if not audit.passed:
            remedies = [f["sentence"] for f in found["features"] if f["verdict"] == "leak"]
            remedies = remedies or ["No feature stands out alone; treat both arms alike from the start."]
            raise CommandError("\n".join(["The blinding audit failed.", *remedies]))
