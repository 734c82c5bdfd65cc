from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.blinding.gate import newest_audit, override
from readerstudy.web.options import StatedReason


class Command(StudyCommand):
    help = "Override a failed blinding audit, with a reason that every report shows."
    asks = StatedReason

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        audit = newest_audit(study)
        if audit is None:
            raise CommandError(f"These images have no audit yet. Run: manage.py audit_blinding {study.slug}")
        override(audit, by=by, reason=options["reason"])
        self.say(f"The failed audit is overridden. Next: manage.py lock_study {study.slug} --reason …")
