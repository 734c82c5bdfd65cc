from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.blinding.gate import newest_audit, override


class Command(StudyCommand):
    help = "Let a failed blinding audit not stand in the way of the lock."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="goes into the record")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        audit = newest_audit(study)
        if audit is None:
            raise CommandError(f"These images have no audit yet. Run: manage.py audit_blinding {study.slug}")
        override(audit, by=by, reason=options["reason"])
        self.say(f"The audit no longer stands in the way. Next: manage.py lock_study {study.slug} --reason …")
