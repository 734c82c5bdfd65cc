"""The plan, the blinding audit, and the lock that closes them."""

from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.access import LEADS, OWNERS, STAFF
from readerstudy.desk.api import outputs
from readerstudy.desk.api.images import started
from readerstudy.desk.api.inputs import StatedReasonIn
from readerstudy.desk.api.outputs import REFUSALS, iso, plan_out
from readerstudy.desk.api.wire import DeskView
from readerstudy.studies.models import Study
from readerstudy.studies.models.milestones import Milestone
from readerstudy.studies.runs import start_run
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.gate import images_digest, newest_audit, override
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import BlindingAudit
from readerstudy.truth.stored_plan import plan_of


class PlanView(DeskView):
    """Which images each place sees, and in which order; named by its digest."""

    @extend_schema(operation_id="plan_show", responses={200: outputs.PlanOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *LEADS)
        return Response(plan_out(plan_of(study), study))

    @extend_schema(operation_id="plan_make", request=None, responses={200: outputs.PlanOut, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *LEADS)
        return Response(plan_out(allocate(study, by=self.person()), study))


class AuditView(DeskView):
    """Whether anything but the content of the images tells real from synthetic."""

    @extend_schema(operation_id="audit_show", responses={200: outputs.AuditOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        return Response(audit_out(_audit(self.study(slug, *LEADS))))

    @extend_schema(operation_id="audit_start", request=None, responses={202: outputs.RunOut, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *LEADS)
        return started(start_run(study, "audit", {"images": images_digest(study)}, by=self.person()))


class OverrideView(DeskView):
    """Let a failed audit not stand in the way, with a reason that stays on record."""

    @extend_schema(
        operation_id="audit_override", request=StatedReasonIn, responses={200: outputs.AuditOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        audit = _audit(self.study(slug, *LEADS))
        override(audit, by=self.person(), reason=self.given(StatedReasonIn)["reason"])
        return Response(audit_out(BlindingAudit.objects.get(pk=audit.pk)))


def _audit(study: Study) -> BlindingAudit:
    audit = newest_audit(study)
    if audit is None:
        raise Http404
    return audit


def audit_out(audit: BlindingAudit) -> dict[str, Any]:
    return {
        "passed": audit.passed,
        "overridden": hasattr(audit, "override"),
        "at": iso(audit.at),
        "document": audit.document,
    }


def milestone_out(milestone: Milestone) -> dict[str, Any]:
    return {"at": iso(milestone.at), "reason": milestone.reason}


class LockView(DeskView):
    """From the lock on, what was locked cannot change."""

    writes = Scope.STUDY_END

    @extend_schema(operation_id="lock_show", responses={200: outputs.MilestoneOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *STAFF)
        if not hasattr(study, "lock"):
            raise Http404
        return Response(milestone_out(study.lock))

    @extend_schema(
        operation_id="lock_make", request=StatedReasonIn, responses={200: outputs.MilestoneOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *OWNERS)
        self.confirmed()
        made = lock_study(study, by=self.person(), reason=self.given(StatedReasonIn)["reason"])
        return Response(milestone_out(made))
