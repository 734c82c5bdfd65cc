from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.locking.shapes import AuditOut, PlanOut
from readerstudy.desk.runs.api import started
from readerstudy.desk.runs.shapes import RunOut
from readerstudy.desk.shell.access import LEADS, OWNERS, STAFF
from readerstudy.desk.shell.api import DeskView
from readerstudy.desk.shell.shapes import MilestoneOut
from readerstudy.studies.models import Study
from readerstudy.studies.runs import start_run
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.gate import images_digest, newest_audit, override
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import BlindingAudit
from readerstudy.truth.stored_plan import plan_of
from readerstudy.web.openapi import operation
from readerstudy.web.options import StatedReason


class PlanView(DeskView):
    """Which images each place sees, and in which order; named by its digest."""

    @operation("plan_show", PlanOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(PlanOut(plan_of(self.study(slug, *LEADS))).data)

    @operation("plan_make", PlanOut)
    def post(self, request: Request, slug: str) -> Response:
        return Response(PlanOut(allocate(self.study(slug, *LEADS), by=self.person())).data)


class AuditView(DeskView):
    """Whether anything but the content of the images tells real from synthetic."""

    @operation("audit_show", AuditOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(AuditOut(_audit(self.study(slug, *LEADS))).data)

    @operation("audit_start", RunOut, status=202)
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *LEADS)
        return started(start_run(study, "audit", {"images": images_digest(study)}, by=self.person()))


class OverrideView(DeskView):
    """Override a failed audit, with a reason that stays on record."""

    @operation("audit_override", AuditOut, asks=StatedReason)
    def post(self, request: Request, slug: str) -> Response:
        audit = _audit(self.study(slug, *LEADS))
        override(audit, by=self.person(), reason=self.given(StatedReason)["reason"])
        return Response(AuditOut(BlindingAudit.objects.get(pk=audit.pk)).data)


def _audit(study: Study) -> BlindingAudit:
    audit = newest_audit(study)
    if audit is None:
        raise Http404
    return audit


class LockView(DeskView):
    """Locking makes protocol, images and plan read-only."""

    writes = Scope.STUDY_END

    @operation("lock_show", MilestoneOut)
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *STAFF)
        if not hasattr(study, "lock"):
            raise Http404
        return Response(MilestoneOut(study.lock).data)

    @operation("lock_make", MilestoneOut, asks=StatedReason)
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *OWNERS)
        self.confirmed()
        made = lock_study(study, by=self.person(), reason=self.given(StatedReason)["reason"])
        return Response(MilestoneOut(made).data)
