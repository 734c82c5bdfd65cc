"""The end: freeze, unblind in two steps, take data and report away; and the planner, the beginning."""

from collections.abc import Callable
from typing import Any

from django.http import FileResponse, Http404, HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.access import STAFF, UNBLINDERS
from readerstudy.desk.api import outputs
from readerstudy.desk.api.images import started
from readerstudy.desk.api.inputs import PlannerIn, StatedReasonIn
from readerstudy.desk.api.outputs import REFUSALS, run_out
from readerstudy.desk.api.plan import milestone_out
from readerstudy.desk.api.wire import DeskView
from readerstudy.desk.archives import bundle_archive, reproduction_archive
from readerstudy.desk.pages.runs import newest_run
from readerstudy.desk.report_files import names_in, taken_from
from readerstudy.results.freeze import freeze_study
from readerstudy.results.planner import power
from readerstudy.results.runs import report_folder
from readerstudy.studies.models import Freeze, Study
from readerstudy.studies.runs import start_run
from readerstudy.truth.models import Unblinding, UnblindingRequest
from readerstudy.truth.shared_images import approve_shared_images
from readerstudy.truth.unblind import (
    confirm_unblinding,
    is_unblinded,
    request_unblinding,
    require_unblinded,
)

ZIP: dict[Any, Any] = {(200, "application/zip"): OpenApiTypes.BINARY, **REFUSALS}


def freeze_out(freeze: Freeze) -> dict[str, Any]:
    return milestone_out(freeze) | {"data_digest": freeze.data_digest, "responses": freeze.responses}


class FreezeView(DeskView):
    """From the freeze on no answer comes, and the data have a name."""

    writes = Scope.STUDY_END

    @extend_schema(operation_id="freeze_show", responses={200: outputs.FreezeOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *STAFF)
        if not hasattr(study, "freeze"):
            raise Http404
        return Response(freeze_out(study.freeze))

    @extend_schema(
        operation_id="freeze_make", request=StatedReasonIn, responses={200: outputs.FreezeOut, **REFUSALS}
    )
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *UNBLINDERS)
        self.confirmed()
        made = freeze_study(study, by=self.person(), reason=self.given(StatedReasonIn)["reason"])
        return Response(freeze_out(made))


def unblinding_out(study: Study) -> dict[str, Any]:
    asked = UnblindingRequest.objects.filter(study=study).first()
    done = Unblinding.objects.filter(study=study).first()
    return {
        "asked": milestone_out(asked) if asked else None,
        "unblinded": milestone_out(done) if done else None,
    }


class _UnblindingStep(DeskView):
    writes = Scope.STUDY_END

    def take(self, slug: str, step: Callable[..., object]) -> Response:
        study = self.study(slug, *UNBLINDERS)
        self.confirmed()
        step(study, by=self.person(), reason=self.given(StatedReasonIn)["reason"])
        return Response(unblinding_out(study))


class UnblindingRequestView(_UnblindingStep):
    """The first step: somebody asks."""

    @extend_schema(
        operation_id="unblinding_ask",
        request=StatedReasonIn,
        responses={200: outputs.UnblindingOut, **REFUSALS},
    )
    def post(self, request: Request, slug: str) -> Response:
        return self.take(slug, request_unblinding)


class UnblindingView(_UnblindingStep):
    """The second step: somebody confirms, another person if the protocol says so."""

    @extend_schema(operation_id="unblinding_show", responses={200: outputs.UnblindingOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        return Response(unblinding_out(self.study(slug, *STAFF)))

    @extend_schema(
        operation_id="unblinding_confirm",
        request=StatedReasonIn,
        responses={200: outputs.UnblindingOut, **REFUSALS},
    )
    def post(self, request: Request, slug: str) -> Response:
        return self.take(slug, confirm_unblinding)


class SharedImagesApprovalView(_UnblindingStep):
    """Approve, as a second person, that truth is told although another study still shows the same images."""

    @extend_schema(
        operation_id="shared_images_approve",
        request=StatedReasonIn,
        responses={200: outputs.UnblindingOut, **REFUSALS},
    )
    def post(self, request: Request, slug: str) -> Response:
        return self.take(slug, approve_shared_images)


class BundleView(DeskView):
    """The answers as a bundle of tables; masked as long as the study is blinded."""

    reads = Scope.RESULTS_READ

    @extend_schema(operation_id="bundle_download", responses=ZIP)
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        study = self.study(slug, *UNBLINDERS)
        self.confirmed()
        archive, name = bundle_archive(study, by=self.person())
        return FileResponse(archive, as_attachment=True, filename=name)


class ReproductionView(DeskView):
    """The archive that computes the report anew."""

    reads = Scope.RESULTS_READ

    @extend_schema(operation_id="reproduction_download", responses=ZIP)
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        study = self.study(slug, *UNBLINDERS)
        self.confirmed()
        archive, name = reproduction_archive(study, by=self.person())
        return FileResponse(archive, as_attachment=True, filename=name)


class ReportView(DeskView):
    """The report's files, and the run that writes them."""

    reads = Scope.RESULTS_READ

    @extend_schema(operation_id="report_show", responses={200: outputs.ReportOut, **REFUSALS})
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *UNBLINDERS)
        require_unblinded(study)
        run = newest_run(study, "report")
        files = names_in(report_folder(study))
        return Response({"files": files, "run": run_out(run) if run else None})

    @extend_schema(operation_id="report_start", request=None, responses={202: outputs.RunOut, **REFUSALS})
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *UNBLINDERS)
        require_unblinded(study)
        return started(start_run(study, "report", {"anew": True}, by=self.person()))


class ReportFileView(DeskView):
    """One file of the report."""

    reads = Scope.RESULTS_READ

    @extend_schema(
        operation_id="report_download",
        responses={(200, "application/octet-stream"): OpenApiTypes.BINARY, **REFUSALS},
    )
    def get(self, request: Request, slug: str, name: str) -> HttpResponseBase:
        study = self.study(slug, *UNBLINDERS)
        file = taken_from(report_folder(study), name) if is_unblinded(study) else None
        if file is None:
            raise Http404
        return FileResponse(file, as_attachment=True, filename=f"{study.slug}-{name}")


class PlannerView(DeskView):
    """What a design can show, by simulation."""

    writes = Scope.STUDY_READ

    @extend_schema(
        operation_id="planner_ask", request=PlannerIn, responses={200: OpenApiTypes.OBJECT, **REFUSALS}
    )
    def post(self, request: Request) -> Response:
        return Response(power(self.given(PlannerIn)))
