"""The desk for programs: the roles of its pages, and a 401 instead of the way to the sign-in."""

from readerstudy.truth.models import Provenance
from tests.readerstudy.permissions.row import Row, World, row

#                anonymous, reader, other reader, coordinator, analyst, owner, other owner
STAFF = "401 404 404 200 200 200 404"
LEADS = "401 404 404 200 404 200 404"
OWNERS = "401 404 404 404 404 200 404"
LEADS_MALFORMED = "401 404 404 400 404 400 404"
OWNERS_MALFORMED = "401 404 404 404 404 400 404"
SEERS_MALFORMED = "401 404 404 404 400 400 404"
SEERS_TOO_EARLY = "401 404 404 404 409 409 404"
NOTHING_YET = "401 404 404 404 404 404 404"
STUDY = "api/studies/<slug:slug>"
BATCH = "6c1f0f8e-2d43-4d0e-9a6e-1d1f4f3c9a11"


def of(path: str, statuses: str, method: str = "GET", sent: str = "") -> dict[str, Row]:
    return {f"{STUDY}{path}": row(f"/api/studies/{{slug}}{sent or path}", statuses, method)}


def _an_image_of_rita(world: World) -> str:
    """An image of a source of the study that rita reads."""
    image = Provenance.objects.filter(source__study=world.mine.study).earliest("pk")
    return f"/api/studies/{world.slug}/images/{image.pk}.png"


ROWS = {
    "api/schema": row("/api/schema", "200 200 200 200 200 200 200"),
    "api/planner": row("/api/planner", "401 200 200 200 200 200 200", "POST"),
    "api/planner/endpoint": row("/api/planner/endpoint", "401 200 200 200 200 200 200", "POST"),
    "api/protocols": row("/api/protocols", "401 403 403 200 200 200 200"),
    "api/protocols/check": row("/api/protocols/check", "401 403 403 400 400 400 400", "POST"),
    "api/models": row("/api/models", "401 403 403 200 200 200 200"),
    "api/studies": row("/api/studies", "401 200 200 200 200 200 200"),
    **of("", STAFF),
    **of("/copy", "401 404 404 404 404 201 404", "POST"),
    **of("/protocol", STAFF),
    **of("/protocol/check", LEADS_MALFORMED, "POST"),
    **of("/protocol/versions", STAFF),
    **of("/protocol/versions/<int:number>", STAFF, sent="/protocol/versions/1"),
    **of("/sources", LEADS),
    f"{STUDY}/images/<int:number>.png": row(_an_image_of_rita, LEADS),
    **of("/sources/<slug:source>/images", LEADS, sent="/sources/hospital-canary/images"),
    **of("/sources/<slug:source>/removal", LEADS_MALFORMED, "POST", sent="/sources/hospital-canary/removal"),
    **of("/uploads/<uuid:batch>/<int:index>", LEADS, sent=f"/uploads/{BATCH}/0"),
    **of("/imports", LEADS_MALFORMED, "POST"),
    **of("/generations", LEADS_MALFORMED, "POST"),
    **of("/previews", "401 404 404 202 404 202 404", "POST"),
    **of("/previews/<int:number>", NOTHING_YET, sent="/previews/1"),
    **of("/previews/<int:number>/<int:index>.png", NOTHING_YET, sent="/previews/1/0.png"),
    **of("/reading-preview", "401 404 404 404 404 201 404", "POST"),
    **of("/runs", LEADS),
    **of("/runs/<int:number>", NOTHING_YET, sent="/runs/1"),
    **of("/runs/<int:number>/cancellation", NOTHING_YET, "POST", sent="/runs/1/cancellation"),
    **of("/preflight", "401 404 404 202 404 202 404", "POST"),
    **of("/plan", LEADS),
    **of("/audit", LEADS),
    **of("/audit/override", LEADS_MALFORMED, "POST"),
    **of("/lock", OWNERS_MALFORMED, "POST"),
    **of("/people", OWNERS),
    **of("/people/<slug:pseudonym>/withdrawal", LEADS_MALFORMED, "POST", sent="/people/R01/withdrawal"),
    **of("/people/deadline", OWNERS_MALFORMED, "POST"),
    **of("/people/reminders", OWNERS, "POST"),
    **of("/people/programs", OWNERS_MALFORMED, "POST"),
    **of("/people/withdrawals", OWNERS_MALFORMED, "POST"),
    **of("/people/<slug:pseudonym>/replacement", OWNERS_MALFORMED, "POST", sent="/people/R01/replacement"),
    **of("/progress", STAFF),
    **of("/log", STAFF),
    **of("/audit-trail.<slug:kind>", STAFF, sent="/audit-trail.csv"),
    **of("/interim", STAFF),
    **of("/emergencies", LEADS),
    **of("/emergencies/<int:number>/confirmation", NOTHING_YET, "POST", sent="/emergencies/1/confirmation"),
    **of("/freeze", SEERS_MALFORMED, "POST"),
    **of("/unblinding-request", SEERS_MALFORMED, "POST"),
    **of("/unblinding", SEERS_MALFORMED, "POST"),
    **of("/shared-images-approval", SEERS_MALFORMED, "POST"),
    **of("/bundle.zip", SEERS_TOO_EARLY),
    **of("/reproduce.zip", SEERS_TOO_EARLY),
    **of("/report", SEERS_TOO_EARLY),
    **of("/report/<str:name>", NOTHING_YET, sent="/report/report.json"),
    **of("/cases/<slug:section>", SEERS_TOO_EARLY, sent="/cases/triples"),
    **of("/cases/<slug:section>/<int:number>", SEERS_TOO_EARLY, sent="/cases/triples/1"),
    **of("/cases/<slug:section>/<int:number>/looks", SEERS_TOO_EARLY, sent="/cases/triples/1/looks"),
    **of("/gaze", SEERS_TOO_EARLY, "POST"),
    **of("/gaze-codes", LEADS),
    **of("/pictures/<int:number>.png", SEERS_TOO_EARLY, sent="/pictures/1.png"),
}
