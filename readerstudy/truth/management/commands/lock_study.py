from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.blinding.gate import newest_audit, override
from readerstudy.truth.lock import lock_study
from readerstudy.web.options import StatedReason


class Command(StudyCommand):
    help = "Lock a study: protocol, images and plan become read-only."
    asks = StatedReason

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--override-blinding", metavar="REASON", help="override a failed blinding audit, with this reason"
        )

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        audit = newest_audit(study)
        if options["override_blinding"] and audit is not None and not audit.passed:
            override(audit, by=by, reason=options["override_blinding"])
        lock = lock_study(study, by=by, reason=options["reason"])
        self.say(f"Locked {study.slug}: protocol {lock.protocol_digest[:16]}, plan {lock.plan_digest[:16]}.")
        self.say(f"Next: manage.py invite {study.slug} --email reader@hospital.example")
