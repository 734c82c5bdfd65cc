from typing import Any

from django.http import Http404, HttpRequest, HttpResponseBase

from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import recently_authenticated_to_act
from readerstudy.desk.locking.drawing import axis_places, drawn, interval
from readerstudy.desk.locking.examples import pairs_of
from readerstudy.desk.locking.plan_summary import summary_as_csv, summary_of
from readerstudy.desk.locking.sent import sent_of
from readerstudy.desk.runs.queries import newest_run
from readerstudy.desk.shell.access import LEADS, OWNERS, study_page
from readerstudy.desk.shell.columns import spread_columns
from readerstudy.desk.shell.frame import refused_here, study_response
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import start_run
from readerstudy.truth.allocate import allocate, allocations_of
from readerstudy.truth.blinding.gate import images_digest, newest_audit, override
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import BlindingAudit, Provenance
from readerstudy.truth.recognisable import findable_said
from readerstudy.truth.secrets import commitment_of
from readerstudy.web.options import StatedReason, posted
from readerstudy.web.pages import done, text_file

#: So many features are shown large, the rest as rows.
STRONGEST = 3
NO_DIFFERENCE = "no difference found"


@study_page(*LEADS, methods="GET POST", back="desk-plan")
def plan(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.method == "GET":
        facts = {
            "commitment": commitment_of(study),
            "findable": findable_said(study),
            "allocations": allocations_of(study),
            "sections": [(one, spread_columns(one.orders.spread)) for one in summary_of(study)],
        }
        return study_response(request, study, "locking/plan", facts)
    made = allocate(study, by=person(request))
    return done(request, f"Plan {made.digest[:16]} made for {made.places} places.", "desk-plan", study.slug)


@study_page(*LEADS)
def plan_file(request: HttpRequest, study: Study) -> HttpResponseBase:
    """Its trials, orders and balance in numbers; nothing that belongs to one trial."""
    return text_file(summary_as_csv(summary_of(study)), f"{study.slug}-plan.csv")


@recently_authenticated_to_act
@study_page(*OWNERS, methods="GET POST")
def lock(request: HttpRequest, study: Study) -> HttpResponseBase:
    if request.method == "GET":
        return study_response(request, study, "locking/lock", _before_the_lock(study))
    try:
        lock_study(study, by=person(request), **posted(StatedReason, request.POST))
    except ReaderstudyError as error:
        return refused_here(request, study, "locking/lock", error, _before_the_lock(study))
    return done(request, "The study is locked. Invite its readers.", "desk-people", study.slug)


def _before_the_lock(study: Study) -> dict[str, Any]:
    return {"commitment": commitment_of(study), "sent": sent_of(study)}


@study_page(*LEADS, methods="GET POST")
def audit(request: HttpRequest, study: Study) -> HttpResponseBase:
    found = newest_audit(study)
    if request.method == "GET":
        return study_response(request, study, "locking/audit", _shown(study, found))
    verb = request.POST.get("verb")
    if verb == "run":
        start_run(study, "audit", {"images": images_digest(study)}, by=person(request))
        return done(request, "The audit has started.", "desk-audit", study.slug)
    if verb != "override" or found is None:
        raise Http404
    try:
        override(found, by=person(request), **posted(StatedReason, request.POST))
    except ReaderstudyError as error:
        return refused_here(request, study, "locking/audit", error, _shown(study, found))
    said = "The failed audit is overridden; the reason is recorded. All other steps stay due."
    return done(request, said, "desk-audit", study.slug)


def _shown(study: Study, found: BlindingAudit | None) -> dict[str, Any]:
    run = newest_run(study, "audit")
    if found is None:
        return {"audit": None, "run": run}
    features = sorted(
        map(drawn, found.document["features"]), key=lambda row: (row.verdict != "leak", row.p, -row.apart)
    )
    strongest = [row for row in features if row.verdict != NO_DIFFERENCE][:STRONGEST]
    pairs = pairs_of(study, [row.name for row in strongest])
    separated = found.document.get("classifier", {}).get("auc")
    detected = found.document["detectability"]["auc"]
    return {
        "audit": found,
        "run": run,
        "strongest": [(row, pairs.get(row.name)) for row in strongest],
        "features": [row for row in features if row not in strongest],
        "leaks": sum(row.verdict == "leak" for row in features),
        "originals": [drawn(row) for row in found.document["originals"]],
        "classifier": separated and interval(separated["estimate"], separated["low"], separated["high"]),
        "detectability": interval(detected["estimate"], detected["low"], detected["high"]),
        "axis": axis_places(),
        "alike": _alike_here(study, run),
    }


def _alike_here(study: Study, run: Run | None) -> list[dict[str, Any]]:
    """The pairs the audit found, less those of which an image has been taken out since."""
    pairs = run.outcome.get("alike", []) if run else []
    keys = {pair[side] for pair in pairs for side in ("first", "second")}
    here = set(Provenance.objects.filter(source__study=study, pk__in=keys).values_list("pk", flat=True))
    return [pair for pair in pairs if {pair["first"], pair["second"]} <= here]
