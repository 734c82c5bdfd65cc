"""The addresses of the desk's API."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView

from readerstudy.desk.api import (
    cases,
    emergency,
    images,
    people,
    plan,
    playground,
    protocol,
    results,
    runs,
    sources,
    studies,
    watching,
)
from readerstudy.desk.person import api as person

STUDY = "studies/<slug:slug>"

urlpatterns = [
    path("schema", SpectacularAPIView.as_view(), name="api-schema"),
    path("planner", results.PlannerView.as_view(), name="api-planner"),
    path("protocols", protocol.PublishedView.as_view(), name="api-published"),
    path("protocols/check", protocol.NewProtocolCheckView.as_view(), name="api-published-check"),
    path("account/data", person.MyDataView.as_view(), name="api-my-data"),
    path("account/erasure", person.ErasureView.as_view(), name="api-erase-me"),
    path("models", playground.ModelsView.as_view(), name="api-models"),
    path("studies", studies.StudiesView.as_view(), name="api-studies"),
    path(STUDY, studies.StudyView.as_view(), name="api-study"),
    path(f"{STUDY}/copy", studies.CopyView.as_view(), name="api-copy"),
    path(f"{STUDY}/protocol", protocol.ProtocolView.as_view(), name="api-protocol"),
    path(f"{STUDY}/protocol/check", protocol.ProtocolCheckView.as_view(), name="api-protocol-check"),
    path(f"{STUDY}/protocol/versions", protocol.VersionsView.as_view(), name="api-protocol-versions"),
    path(
        f"{STUDY}/protocol/versions/<int:number>",
        protocol.VersionView.as_view(),
        name="api-protocol-version",
    ),
    path(f"{STUDY}/sources", images.SourcesView.as_view(), name="api-sources"),
    path(f"{STUDY}/sources/<slug:source>/images", sources.SourceImagesView.as_view(), name="api-images"),
    path(f"{STUDY}/images/<int:number>.png", sources.SourcePictureView.as_view(), name="api-source-picture"),
    path(f"{STUDY}/sources/<slug:source>/removal", sources.RemovalView.as_view(), name="api-removal"),
    path(f"{STUDY}/uploads/<uuid:batch>/<int:index>", images.UploadView.as_view(), name="api-upload"),
    path(f"{STUDY}/imports", images.ImportsView.as_view(), name="api-imports"),
    path(f"{STUDY}/generations", images.GenerationsView.as_view(), name="api-generations"),
    path(f"{STUDY}/previews", playground.PreviewsView.as_view(), name="api-previews"),
    path(f"{STUDY}/previews/<int:number>", playground.PreviewView.as_view(), name="api-preview"),
    path(
        f"{STUDY}/previews/<int:number>/<int:index>.png",
        playground.PreviewImageView.as_view(),
        name="api-preview-image",
    ),
    path(f"{STUDY}/reading-preview", playground.ReadingPreviewView.as_view(), name="api-reading-preview"),
    path(f"{STUDY}/runs", runs.RunsView.as_view(), name="api-runs"),
    path(f"{STUDY}/runs/<int:number>", runs.RunView.as_view(), name="api-run"),
    path(f"{STUDY}/runs/<int:number>/cancellation", runs.CancellationView.as_view(), name="api-run-cancel"),
    path(f"{STUDY}/preflight", runs.PreflightView.as_view(), name="api-preflight"),
    path(f"{STUDY}/plan", plan.PlanView.as_view(), name="api-plan"),
    path(f"{STUDY}/audit", plan.AuditView.as_view(), name="api-audit"),
    path(f"{STUDY}/audit/override", plan.OverrideView.as_view(), name="api-audit-override"),
    path(f"{STUDY}/lock", plan.LockView.as_view(), name="api-lock"),
    path(f"{STUDY}/people", people.PeopleView.as_view(), name="api-people"),
    path(
        f"{STUDY}/people/<slug:pseudonym>/withdrawal", people.WithdrawalView.as_view(), name="api-withdrawal"
    ),
    path(f"{STUDY}/people/reminders", people.RemindersView.as_view(), name="api-reminders"),
    path(f"{STUDY}/people/withdrawals", people.StaffWithdrawalView.as_view(), name="api-staff-withdrawal"),
    path(
        f"{STUDY}/people/<slug:pseudonym>/replacement",
        people.ReplacementView.as_view(),
        name="api-replacement",
    ),
    path(f"{STUDY}/progress", watching.ProgressView.as_view(), name="api-progress"),
    path(f"{STUDY}/emergencies", emergency.DisclosuresView.as_view(), name="api-disclosures"),
    path(
        f"{STUDY}/emergencies/<int:number>/confirmation",
        emergency.DisclosureConfirmationView.as_view(),
        name="api-disclosure-confirmation",
    ),
    path(f"{STUDY}/log", watching.LogView.as_view(), name="api-log"),
    path(f"{STUDY}/audit-trail.<slug:kind>", watching.AuditTrailView.as_view(), name="api-audit-trail"),
    path(f"{STUDY}/freeze", results.FreezeView.as_view(), name="api-freeze"),
    path(
        f"{STUDY}/unblinding-request",
        results.UnblindingRequestView.as_view(),
        name="api-unblinding-request",
    ),
    path(
        f"{STUDY}/shared-images-approval",
        results.SharedImagesApprovalView.as_view(),
        name="api-shared-images-approval",
    ),
    path(f"{STUDY}/unblinding", results.UnblindingView.as_view(), name="api-unblinding"),
    path(f"{STUDY}/bundle.zip", results.BundleView.as_view(), name="api-bundle"),
    path(f"{STUDY}/reproduce.zip", results.ReproductionView.as_view(), name="api-reproduction"),
    path(f"{STUDY}/report", results.ReportView.as_view(), name="api-report"),
    path(f"{STUDY}/report/<str:name>", results.ReportFileView.as_view(), name="api-report-file"),
    path(f"{STUDY}/cases/<slug:section>", cases.CasesView.as_view(), name="api-cases"),
    path(f"{STUDY}/cases/<slug:section>/<int:number>", cases.CaseView.as_view(), name="api-case"),
    path(f"{STUDY}/pictures/<int:number>.png", cases.PictureView.as_view(), name="api-picture"),
]
