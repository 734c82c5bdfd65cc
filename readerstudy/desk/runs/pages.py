from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.http import url_has_allowed_host_and_scheme

from readerstudy.accounts.person import person
from readerstudy.desk.runs.queries import run_of
from readerstudy.desk.shell.access import STAFF, study_page
from readerstudy.studies.models import Study
from readerstudy.studies.runs import cancel_run


@study_page(*STAFF)
def run_state(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    """Return the state of a run; the page polls it while the run is open."""
    run = run_of(request, study, number)
    state = {"state": run.state, "done": run.done, "total": run.total, "percent": run.percent}
    return JsonResponse({**state, "stopping": hasattr(run, "cancellation"), "error": run.error})


@study_page(*STAFF, methods="POST")
def stop_run(request: HttpRequest, study: Study, number: int) -> HttpResponseBase:
    cancel_run(run_of(request, study, number), by=person(request), reason="Stopped at the desk")
    back = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(back, allowed_hosts={request.get_host()})
    return redirect(back if safe else "desk-study", *([] if safe else [study.slug]))
