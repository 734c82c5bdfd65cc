import json
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from readerstudy.desk.ending.queries import unblinding_of
from readerstudy.desk.ending.shapes import UnblindingOut
from readerstudy.desk.images.queries import sources_of
from readerstudy.desk.images.shapes import SourceImageOut, SourceOut
from readerstudy.desk.locking.shapes import AuditOut, PlanOut
from readerstudy.desk.people.shapes import people_out
from readerstudy.desk.protocol.queries import newest_versions
from readerstudy.desk.protocol.shapes import ProtocolOut, VersionsOut
from readerstudy.desk.rehearsal.queries import preflight_of
from readerstudy.desk.rehearsal.shapes import PreflightOut
from readerstudy.desk.runs.queries import newest_runs
from readerstudy.desk.runs.shapes import RunsOut
from readerstudy.desk.study.shapes import StudyBriefOut, StudyWithStagesOut
from readerstudy.desk.watching.queries import log_of, watched
from readerstudy.desk.watching.shapes import LogOut, ReadersProgressOut
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.blinding.gate import newest_audit
from readerstudy.truth.models import Source
from readerstudy.truth.stored_plan import plan_of


def _images(study: Study) -> dict[str, Any]:
    return {
        source.name: SourceImageOut(
            source.provenances.order_by("pk"), many=True, context={"slug": study.slug}
        ).data
        for source in Source.objects.filter(study=study)
    }


def _audit(study: Study) -> Any:
    audit = newest_audit(study)
    return audit and AuditOut(audit).data


def _log(study: Study, start: int = 0) -> Any:
    page = log_of(study, start)
    return LogOut({"entries": page.rows, "next": page.following and f"--start {page.following}"}).data


ASPECTS: dict[str, Callable[[Study], Any]] = {
    "study": lambda study: StudyWithStagesOut(study).data,
    "protocol": lambda study: ProtocolOut(study.protocol).data,
    "versions": lambda study: VersionsOut({"versions": newest_versions(study)}).data,
    "sources": lambda study: SourceOut(sources_of(study), many=True).data,
    "images": _images,
    "plan": lambda study: PlanOut(plan_of(study)).data,
    "audit": _audit,
    "people": lambda study: people_out(study).data,
    "progress": lambda study: ReadersProgressOut(watched(study)).data,
    "preflight": lambda study: PreflightOut(preflight_of(study)).data,
    "runs": lambda study: RunsOut({"runs": newest_runs(study)}).data,
    "log": _log,
    "unblinding": lambda study: UnblindingOut(unblinding_of(study)).data,
}


class Command(BaseCommand):
    help = "Show a study, or one aspect of it, as the API returns it (JSON); without a study, all of them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("study", nargs="?", help="the study's short name, as in its address")
        parser.add_argument("aspect", nargs="?", choices=ASPECTS, default="study")
        parser.add_argument("--start", type=int, default=0, help="of the log: how many events to leave out")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            shown = self._shown(options["study"], options["aspect"], options["start"])
        except ReaderstudyError as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(json.dumps(shown, indent=2, ensure_ascii=False, default=str))

    @staticmethod
    def _shown(slug: str | None, aspect: str, start: int) -> Any:
        if slug is None:
            rows = Study.objects.real().select_related("lock", "freeze").order_by("-created_at", "-pk")
            return StudyBriefOut(rows, many=True).data
        study = StudyCommand.study_called(slug)
        return _log(study, start) if aspect == "log" else ASPECTS[aspect](study)
