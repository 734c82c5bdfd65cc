import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from readerstudy.desk.api import outputs
from readerstudy.desk.api.images import sources_out
from readerstudy.desk.api.people import people_out
from readerstudy.desk.api.plan import audit_out
from readerstudy.desk.api.protocol import protocol_out, versions_out
from readerstudy.desk.api.results import unblinding_out
from readerstudy.desk.api.runs import preflight_out, runs_out
from readerstudy.desk.api.sources import images_out
from readerstudy.desk.api.studies import life_out
from readerstudy.desk.api.watching import log_out, watching_out
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.blinding.gate import newest_audit
from readerstudy.truth.stored_plan import plan_of


def _audit(study: Study) -> dict[str, Any] | None:
    audit = newest_audit(study)
    return None if audit is None else audit_out(audit)


ASPECTS: dict[str, Callable[[Study], Any]] = {
    "study": lambda study: outputs.study_out(study) | {"life": life_out(study)},
    "protocol": lambda study: protocol_out(study.protocol),
    "versions": versions_out,
    "sources": sources_out,
    "images": images_out,
    "plan": lambda study: outputs.plan_out(plan_of(study), study),
    "audit": _audit,
    "people": people_out,
    "progress": watching_out,
    "preflight": preflight_out,
    "runs": runs_out,
    "log": log_out,
    "unblinding": unblinding_out,
}


class Command(BaseCommand):
    help = "Show a study, or one aspect of it, as the API tells it (JSON); without a study, all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", nargs="?", help="the study's short name, as in its address")
        parser.add_argument("aspect", nargs="?", choices=ASPECTS, default="study")
        parser.add_argument("--page", type=int, default=1, help="of the log, a hundred events each")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            shown = self._shown(options["study"], options["aspect"], options["page"])
        except ReaderstudyError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False, default=str))

    @staticmethod
    def _shown(slug: str | None, aspect: str, page: int) -> Any:
        if slug is None:
            rows = Study.objects.real().select_related("lock", "freeze").order_by("-created_at", "-pk")
            return [outputs.study_out(study) for study in rows]
        study = StudyCommand.study_called(slug)
        return log_out(study, page) if aspect == "log" else ASPECTS[aspect](study)
