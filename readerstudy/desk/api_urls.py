from django.urls import URLPattern, URLResolver, include, path

from readerstudy.desk.cases import api as cases
from readerstudy.desk.emergency import api as emergency
from readerstudy.desk.ending import api as ending
from readerstudy.desk.images import api as images
from readerstudy.desk.interim import api as interim
from readerstudy.desk.locking import api as locking
from readerstudy.desk.people import api as people
from readerstudy.desk.person import api as person
from readerstudy.desk.planner import api as planner
from readerstudy.desk.playground import api as playground
from readerstudy.desk.protocol import api as protocol
from readerstudy.desk.rehearsal import api as rehearsal
from readerstudy.desk.result import api as result
from readerstudy.desk.runs import api as runs
from readerstudy.desk.study import api as study
from readerstudy.desk.watching import api as watching
from readerstudy.web.schema import SchemaView

of_a_study = [
    path("copy", study.CopyView.as_view(), name="api-copy"),
    path("protocol", protocol.ProtocolView.as_view(), name="api-protocol"),
    path("protocol/check", protocol.ProtocolCheckView.as_view(), name="api-protocol-check"),
    path("protocol/versions", protocol.VersionsView.as_view(), name="api-protocol-versions"),
    path("protocol/versions/<int:number>", protocol.VersionView.as_view(), name="api-protocol-version"),
    path("sources", images.SourcesView.as_view(), name="api-sources"),
    path("sources/<slug:source>/images", images.SourceImagesView.as_view(), name="api-images"),
    path("images/<int:number>.png", images.SourcePictureView.as_view(), name="api-source-picture"),
    path("sources/<slug:source>/removal", images.RemovalView.as_view(), name="api-removal"),
    path("uploads/<uuid:batch>/<int:index>", images.UploadView.as_view(), name="api-upload"),
    path("imports", images.ImportsView.as_view(), name="api-imports"),
    path("generations", playground.GenerationsView.as_view(), name="api-generations"),
    path("previews", playground.PreviewsView.as_view(), name="api-previews"),
    path("previews/<int:number>", playground.PreviewView.as_view(), name="api-preview"),
    path(
        "previews/<int:number>/<int:index>.png",
        playground.PreviewImageView.as_view(),
        name="api-preview-image",
    ),
    path("reading-preview", rehearsal.ReadingPreviewView.as_view(), name="api-reading-preview"),
    path("runs", runs.RunsView.as_view(), name="api-runs"),
    path("runs/<int:number>", runs.RunView.as_view(), name="api-run"),
    path("runs/<int:number>/cancellation", runs.CancellationView.as_view(), name="api-run-cancel"),
    path("preflight", rehearsal.PreflightView.as_view(), name="api-preflight"),
    path("plan", locking.PlanView.as_view(), name="api-plan"),
    path("audit", locking.AuditView.as_view(), name="api-audit"),
    path("audit/override", locking.OverrideView.as_view(), name="api-audit-override"),
    path("lock", locking.LockView.as_view(), name="api-lock"),
    path("people", people.PeopleView.as_view(), name="api-people"),
    path("people/<slug:pseudonym>/withdrawal", people.WithdrawalView.as_view(), name="api-withdrawal"),
    path("people/deadline", people.DeadlineView.as_view(), name="api-deadline"),
    path("people/reminders", people.RemindersView.as_view(), name="api-reminders"),
    path("people/programs", people.ProgramsView.as_view(), name="api-programs"),
    path("people/withdrawals", people.StaffWithdrawalView.as_view(), name="api-staff-withdrawal"),
    path("people/<slug:pseudonym>/replacement", people.ReplacementView.as_view(), name="api-replacement"),
    path("progress", watching.ProgressView.as_view(), name="api-progress"),
    path("emergencies", emergency.DisclosuresView.as_view(), name="api-disclosures"),
    path(
        "emergencies/<int:number>/confirmation",
        emergency.DisclosureConfirmationView.as_view(),
        name="api-disclosure-confirmation",
    ),
    path("log", watching.LogView.as_view(), name="api-log"),
    path("audit-trail.<slug:kind>", watching.AuditTrailView.as_view(), name="api-audit-trail"),
    path("interim", interim.InterimView.as_view(), name="api-interim"),
    path("freeze", ending.FreezeView.as_view(), name="api-freeze"),
    path("unblinding-request", ending.UnblindingRequestView.as_view(), name="api-unblinding-request"),
    path(
        "shared-images-approval", ending.SharedImagesApprovalView.as_view(), name="api-shared-images-approval"
    ),
    path("unblinding", ending.UnblindingView.as_view(), name="api-unblinding"),
    path("bundle.zip", ending.BundleView.as_view(), name="api-bundle"),
    path("reproduce.zip", ending.ReproductionView.as_view(), name="api-reproduction"),
    path("report", result.ReportView.as_view(), name="api-report"),
    path("report/<str:name>", result.ReportFileView.as_view(), name="api-report-file"),
    path("cases/<slug:section>", cases.CasesView.as_view(), name="api-cases"),
    path("cases/<slug:section>/<int:number>", cases.CaseView.as_view(), name="api-case"),
    path("cases/<slug:section>/<int:number>/looks", cases.LooksView.as_view(), name="api-looks"),
    path("gaze", cases.GazeView.as_view(), name="api-gaze"),
    path("gaze-codes", cases.GazeCodesView.as_view(), name="api-gaze-codes"),
    path("pictures/<int:number>.png", cases.PictureView.as_view(), name="api-picture"),
]

urlpatterns: list[URLPattern | URLResolver] = [
    path("schema", SchemaView.as_view(), name="api-schema"),
    path("planner", planner.PlannerView.as_view(), name="api-planner"),
    path("planner/endpoint", planner.EndpointPlannerView.as_view(), name="api-planner-endpoint"),
    path("protocols", protocol.PublishedView.as_view(), name="api-published"),
    path("protocols/check", protocol.NewProtocolCheckView.as_view(), name="api-published-check"),
    path("account/data", person.MyDataView.as_view(), name="api-my-data"),
    path("account/erasure", person.ErasureView.as_view(), name="api-erase-me"),
    path("models", playground.ModelsView.as_view(), name="api-models"),
    path("studies", study.StudiesView.as_view(), name="api-studies"),
    path("studies/<slug:slug>", study.StudyView.as_view(), name="api-study"),
    path("studies/<slug:slug>/", include(of_a_study)),
]
