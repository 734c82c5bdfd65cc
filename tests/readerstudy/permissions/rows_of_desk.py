"""The desk: for the staff of a study, each role as far as it goes; to anybody else it does not exist."""

from uuid import UUID

from readerstudy.truth.models import Provenance
from tests.readerstudy.permissions.row import World, row


def _an_image_of_rita(world: World) -> str:
    """An image of a source of the study that rita reads."""
    image = Provenance.objects.filter(source__study=world.mine.study).earliest("pk")
    return f"/studies/{world.slug}/images/{image.pk}.png"


#   anonymous, reader, other reader, coordinator, analyst, owner, other owner
ROWS = {
    "": row("/", "302 302 302 302 302 302 302"),
    "studies/": row("/studies/", "302 200 200 200 200 200 200"),
    "studies/<slug:slug>/": row("/studies/{slug}/", "302 404 404 200 200 200 404"),
    "studies/<slug:slug>/audit/": row("/studies/{slug}/audit/", "302 404 404 200 404 200 404"),
    "studies/<slug:slug>/audit-trail.<slug:kind>": row(
        "/studies/{slug}/audit-trail.csv", "302 404 404 200 200 200 404"
    ),
    "studies/<slug:slug>/bundle.zip": row("/studies/{slug}/bundle.zip", "302 404 404 404 302 302 404"),
    "studies/<slug:slug>/emergency/": row("/studies/{slug}/emergency/", "302 404 404 200 404 200 404"),
    "studies/<slug:slug>/ending/": row("/studies/{slug}/ending/", "302 404 404 404 200 200 404"),
    "studies/<slug:slug>/interim/": row("/studies/{slug}/interim/", "302 404 404 200 200 200 404"),
    "studies/<slug:slug>/images/": row("/studies/{slug}/images/", "302 404 404 200 404 200 404"),
    "studies/<slug:slug>/lock/": row("/studies/{slug}/lock/", "302 404 404 404 404 200 404"),
    "studies/<slug:slug>/log/": row("/studies/{slug}/log/", "302 404 404 200 200 200 404"),
    "studies/<slug:slug>/margin/": row("/studies/{slug}/margin/", "302 404 404 302 404 302 404", "POST"),
    "studies/<slug:slug>/people/": row("/studies/{slug}/people/", "302 404 404 404 404 200 404"),
    "studies/<slug:slug>/people/<slug:pseudonym>/withdraw/": row(
        "/studies/{slug}/people/R01/withdraw/", "302 404 404 302 404 302 404", "POST"
    ),
    "studies/<slug:slug>/protocol/history/": row(
        "/studies/{slug}/protocol/history/", "302 404 404 200 200 200 404"
    ),
    "studies/<slug:slug>/protocol/history/<int:number>/": row(
        "/studies/{slug}/protocol/history/1/", "302 404 404 200 200 200 404"
    ),
    "studies/<slug:slug>/plan.csv": row("/studies/{slug}/plan.csv", "302 404 404 200 404 200 404"),
    "studies/<slug:slug>/plan/": row("/studies/{slug}/plan/", "302 404 404 200 404 200 404"),
    "studies/<slug:slug>/progress/": row("/studies/{slug}/progress/", "302 404 404 200 200 200 404"),
    "studies/<slug:slug>/protocol.toml": row("/studies/{slug}/protocol.toml", "302 404 404 200 200 200 404"),
    "studies/<slug:slug>/protocol/": row("/studies/{slug}/protocol/", "302 404 404 200 200 200 404"),
    "studies/<slug:slug>/protocol/check/": row(
        "/studies/{slug}/protocol/check/", "302 404 404 200 404 200 404", "POST"
    ),
    "studies/<slug:slug>/protocol/preview/": row(
        "/studies/{slug}/protocol/preview/", "302 404 404 204 404 204 404", "POST"
    ),
    "studies/new/preview/": row("/studies/new/preview/", "302 403 403 403 403 204 204", "POST"),
    "studies/<slug:slug>/result/": row("/studies/{slug}/result/", "302 404 404 404 200 200 404"),
    "studies/new/": row("/studies/new/", "302 403 403 403 403 200 200"),
    "planner/": row("/planner/", "302 200 200 200 200 200 200"),
    "studies/<slug:slug>/cases/<slug:section>/": row(
        "/studies/{slug}/cases/triples/", "302 404 404 404 404 404 404"
    ),
    "studies/<slug:slug>/cases/<slug:section>/<int:number>/": row(
        "/studies/{slug}/cases/triples/1/", "302 404 404 404 404 404 404"
    ),
    "studies/<slug:slug>/cases/<slug:section>/<int:number>/replay/<slug:reader>/": row(
        "/studies/{slug}/cases/triples/1/replay/R01/", "302 404 404 404 404 404 404"
    ),
    "studies/<slug:slug>/gaze/": row("/studies/{slug}/gaze/", "302 404 404 404 302 302 404", "POST"),
    "studies/<slug:slug>/gaze-codes.csv": row(
        "/studies/{slug}/gaze-codes.csv", "302 404 404 200 404 200 404"
    ),
    "studies/<slug:slug>/cases/image/<int:number>.png": row(
        "/studies/{slug}/cases/image/1.png", "302 404 404 404 404 404 404"
    ),
    "studies/<slug:slug>/result/<str:name>": row("/studies/{slug}/result/x", "302 404 404 404 404 404 404"),
    "studies/<slug:slug>/runs/<int:number>.json": row(
        "/studies/{slug}/runs/1.json", "302 404 404 404 404 404 404"
    ),
    "studies/<slug:slug>/images/refused/<int:number>.csv": row(
        "/studies/{slug}/images/refused/1.csv", "302 404 404 404 404 404 404"
    ),
    "studies/<slug:slug>/runs/<int:number>/stop/": row(
        "/studies/{slug}/runs/1/stop/", "302 404 404 404 404 404 404", "POST"
    ),
    "studies/new/check/": row("/studies/new/check/", "302 403 403 403 403 200 200", "POST"),
    "studies/<slug:slug>/copy/": row("/studies/{slug}/copy/", "302 404 404 404 404 302 404", "POST"),
    "studies/<slug:slug>/preview/": row("/studies/{slug}/preview/", "302 404 404 404 404 302 404", "POST"),
    "studies/<slug:slug>/preflight/": row("/studies/{slug}/preflight/", "302 404 404 200 404 200 404"),
    "studies/<slug:slug>/preflight/<slug:rehearsal>/": row(
        "/studies/{slug}/preflight/none/", "302 404 404 404 404 404 404"
    ),
    "studies/<slug:slug>/images/of/<slug:source>/": row(
        "/studies/{slug}/images/of/hospital-canary/", "302 404 404 200 404 200 404"
    ),
    "studies/<slug:slug>/images/of/<slug:source>/take-out/": row(
        "/studies/{slug}/images/of/hospital-canary/take-out/", "302 404 404 302 404 302 404", "POST"
    ),
    "studies/<slug:slug>/images/<int:number>.png": row(_an_image_of_rita, "302 404 404 200 404 200 404"),
    "studies/<slug:slug>/images/upload/<uuid:batch>/<int:index>/": row(
        f"/studies/{{slug}}/images/upload/{UUID(int=1)}/0/", "302 404 404 409 404 409 404"
    ),
    "studies/<slug:slug>/playground/": row("/studies/{slug}/playground/", "302 404 404 200 404 200 404"),
    "studies/<slug:slug>/playground/<int:number>.json": row(
        "/studies/{slug}/playground/1.json", "302 404 404 404 404 404 404"
    ),
    "studies/<slug:slug>/playground/<int:number>/<int:index>.png": row(
        "/studies/{slug}/playground/1/0.png", "302 404 404 404 404 404 404"
    ),
    "studies/<slug:slug>/reproduce.zip": row("/studies/{slug}/reproduce.zip", "302 404 404 404 302 302 404"),
    "studies/<slug:slug>/people/staff/<int:number>/withdraw/": row(
        "/studies/{slug}/people/staff/999999/withdraw/", "302 404 404 404 404 404 404", "POST"
    ),
}
