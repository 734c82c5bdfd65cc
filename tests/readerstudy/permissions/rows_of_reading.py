"""Reading: for the readers of a study alone. To everybody else it does not exist."""

from tests.readerstudy.permissions.row import row

#               anonymous, reader, other reader, coordinator, analyst, owner, other owner
PAGE = "302 200 404 404 404 404 404"
LEADS_ON = "302 302 404 404 404 404 404"
API = "401 200 404 404 404 404 404"
TAKEN = "401 204 404 404 404 404 404"
MALFORMED = "401 400 404 404 404 404 404"

ROWS = {
    "disclosures/": row("/disclosures/", "302 200 200 200 200 200 200"),
    "read/": row("/read/", "302 200 200 200 200 200 200"),
    "read/<slug:slug>/": row("/read/{slug}/", LEADS_ON),
    "read/<slug:slug>/consent/": row("/read/{slug}/consent/", PAGE),
    "read/<slug:slug>/consent.pdf": row("/read/{slug}/consent.pdf", PAGE),
    "read/<slug:slug>/stop/": row("/read/{slug}/stop/", PAGE),
    "read/<slug:slug>/withdraw/": row("/read/{slug}/withdraw/", PAGE),
    "read/<slug:slug>/questionnaire/": row("/read/{slug}/questionnaire/", PAGE),
    "read/<slug:slug>/instructions/": row("/read/{slug}/instructions/", PAGE),
    "read/<slug:slug>/display/": row("/read/{slug}/display/", PAGE),
    "read/<slug:slug>/trial/": row("/read/{slug}/trial/", LEADS_ON),
    "read/<slug:slug>/between/": row("/read/{slug}/between/", PAGE),
    "read/<slug:slug>/hand-in/": row("/read/{slug}/hand-in/", LEADS_ON),
    "read/<slug:slug>/disclosed/": row("/read/{slug}/disclosed/", LEADS_ON),
    "read/<slug:slug>/finish/": row("/read/{slug}/finish/", LEADS_ON),
    "read/<slug:slug>/practice/": row("/read/{slug}/practice/", LEADS_ON),
    "read/<slug:slug>/result/": row("/read/{slug}/result/", "302 404 404 404 404 404 404"),
    "api/reading/schema": row("/api/reading/schema", "200 200 200 200 200 200 200"),
    "api/reading/pixels/<token:token>": row(lambda w: f"/api/reading/pixels/{w.slot}", API),
    # The images of this study are not packed; test_packed_pixels.py holds who gets those that are.
    "api/reading/packed/<token:token>": row(
        lambda w: f"/api/reading/packed/{w.slot}", "401 404 404 404 404 404 404"
    ),
    # No section of this study is timed; test_sealed.py holds who gets what of one that is.
    "api/reading/sealed/<token:token>": row(
        lambda w: f"/api/reading/sealed/{w.slot}", "401 404 404 404 404 404 404"
    ),
    "api/reading/<slug:slug>/state": row("/api/reading/{slug}/state", API),
    "api/reading/<slug:slug>/sitting": row("/api/reading/{slug}/sitting", MALFORMED, "POST"),
    "api/reading/<slug:slug>/events": row("/api/reading/{slug}/events", MALFORMED, "POST"),
    "api/reading/<slug:slug>/hand-in": row("/api/reading/{slug}/hand-in", MALFORMED, "POST"),
    "api/reading/<slug:slug>/disclosed/": row("/api/reading/{slug}/disclosed/", MALFORMED, "POST"),
    "api/reading/<slug:slug>/consent": row("/api/reading/{slug}/consent", TAKEN, "POST"),
    "api/reading/<slug:slug>/questionnaire": row("/api/reading/{slug}/questionnaire", TAKEN, "POST"),
    "api/reading/<slug:slug>/briefing": row("/api/reading/{slug}/briefing", TAKEN, "POST"),
    "api/reading/<slug:slug>/keys": row("/api/reading/{slug}/keys", API),
    "api/reading/<slug:slug>/display": row("/api/reading/{slug}/display", MALFORMED, "POST"),
    "api/reading/<slug:slug>/presentations/<token:token>": row(
        lambda w: f"/api/reading/{w.slug}/presentations/{w.presentation}", API
    ),
    "api/reading/<slug:slug>/presentations/<token:token>/draft": row(
        lambda w: f"/api/reading/{w.slug}/presentations/{w.presentation}/draft", MALFORMED, "PUT"
    ),
    "api/reading/<slug:slug>/presentations/<token:token>/concern": row(
        lambda w: f"/api/reading/{w.slug}/presentations/{w.presentation}/concern", MALFORMED, "POST"
    ),
    "api/reading/<slug:slug>/presentations/<token:token>/response": row(
        lambda w: f"/api/reading/{w.slug}/presentations/{w.presentation}/response", MALFORMED, "POST"
    ),
    "api/practice/<token:token>/feedback": row(lambda w: f"/api/practice/{w.practised}/feedback", API),
}
