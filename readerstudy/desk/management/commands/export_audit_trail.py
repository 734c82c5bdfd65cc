from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.desk.watching.audit_trail import FORMATS, audit_trail
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Write the audit trail of a study in sentences, redacted until the unblinding, as CSV or PDF."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--out", type=Path, required=True, help="the file to write, .csv or .pdf")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        out: Path = options["out"]
        kind = out.suffix.lstrip(".").lower()
        if kind not in FORMATS:
            raise CommandError(f"{out} has to end in {' or '.join(f'.{kind}' for kind in FORMATS)}.")
        made, _ = audit_trail(study, kind, by=by)
        try:
            out.write_bytes(made)
        except OSError as error:
            raise CommandError(f"{out} cannot be written: {error.strerror}.") from error
        self.say(str(out))
