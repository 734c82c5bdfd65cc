from collections.abc import Callable

from django.http import FileResponse, Http404, HttpResponseBase
from rest_framework.request import Request
from rest_framework.response import Response

from readerstudy.accounts.models import Scope
from readerstudy.desk.ending.archives import Archiver, bundle_archive, reproduction_archive
from readerstudy.desk.ending.queries import unblinding_of
from readerstudy.desk.ending.shapes import FreezeOut, UnblindingOut
from readerstudy.desk.shell.access import STAFF, UNBLINDERS
from readerstudy.desk.shell.api import DeskView
from readerstudy.results.freeze import freeze_study
from readerstudy.truth.shared_images import approve_shared_images
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from readerstudy.web.openapi import download, operation
from readerstudy.web.options import StatedReason


class FreezeView(DeskView):
    """Freeze the study: end the reading, and identify the data by a digest."""

    writes = Scope.STUDY_END

    @operation("freeze_show", FreezeOut)
    def get(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *STAFF)
        if not hasattr(study, "freeze"):
            raise Http404
        return Response(FreezeOut(study.freeze).data)

    @operation("freeze_make", FreezeOut, asks=StatedReason)
    def post(self, request: Request, slug: str) -> Response:
        study = self.study(slug, *UNBLINDERS)
        self.confirmed()
        made = freeze_study(study, by=self.person(), reason=self.given(StatedReason)["reason"])
        return Response(FreezeOut(made).data)


class _UnblindingStep(DeskView):
    writes = Scope.STUDY_END

    def take(self, slug: str, step: Callable[..., object]) -> Response:
        study = self.study(slug, *UNBLINDERS)
        self.confirmed()
        step(study, by=self.person(), reason=self.given(StatedReason)["reason"])
        return Response(UnblindingOut(unblinding_of(study)).data)


class UnblindingRequestView(_UnblindingStep):
    """Request the unblinding, the first step."""

    @operation("unblinding_ask", UnblindingOut, asks=StatedReason)
    def post(self, request: Request, slug: str) -> Response:
        return self.take(slug, request_unblinding)


class UnblindingView(_UnblindingStep):
    """Confirm the unblinding, the second step; by another person if the protocol says so."""

    @operation("unblinding_show", UnblindingOut)
    def get(self, request: Request, slug: str) -> Response:
        return Response(UnblindingOut(unblinding_of(self.study(slug, *STAFF))).data)

    @operation("unblinding_confirm", UnblindingOut, asks=StatedReason)
    def post(self, request: Request, slug: str) -> Response:
        return self.take(slug, confirm_unblinding)


class SharedImagesApprovalView(_UnblindingStep):
    """Approve, as a second person, that truth is told although another study still shows the same images."""

    @operation("shared_images_approve", UnblindingOut, asks=StatedReason)
    def post(self, request: Request, slug: str) -> Response:
        return self.take(slug, approve_shared_images)


class _ArchiveView(DeskView):
    reads = Scope.RESULTS_READ

    def sent(self, slug: str, make: Archiver) -> FileResponse:
        study = self.study(slug, *UNBLINDERS)
        self.confirmed()
        archive, name = make(study, by=self.person())
        return FileResponse(archive, as_attachment=True, filename=name)


class BundleView(_ArchiveView):
    """The answers as a bundle of tables; masked as long as the study is blinded."""

    @download("bundle_download", "application/zip")
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        return self.sent(slug, bundle_archive)


class ReproductionView(_ArchiveView):
    """The archive that recomputes the report."""

    @download("reproduction_download", "application/zip")
    def get(self, request: Request, slug: str) -> HttpResponseBase:
        return self.sent(slug, reproduction_archive)
