"""The pre-flight: virtual readers read a rehearsal through HTTP, and the planned analysis follows."""

from collections.abc import Mapping
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.results.runs import report_folder
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import Reporter, performs, start_run
from readerstudy.truth.duplicate import rehearse
from readerstudy.truth.recognisable import recognisable
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.private_server import private_server
from readerstudy.truth.virtual.simulate import simulate_through_http

WHY = "Pre-flight"


def start_preflight(study: Study, given: Mapping[str, Any], *, by: User) -> Run:
    """Queue a pre-flight with as many readers as the protocol plans, if their number is not given."""
    readers = given["readers"] or max(2, study.protocol.document.readers)
    return start_run(study, "preflight", {**given, "readers": readers}, by=by)


@performs("preflight")
def preflight(run: Run, reporter: Reporter) -> Mapping[str, Any]:
    """`request` holds the skill of the virtual readers and their number."""
    asked = dict(run.request)
    readers, seed = int(asked.pop("readers")), int(asked.pop("seed"))
    twin = rehearse(run.study, by=run.by)
    total = readers * sum(section.read_by_each for section in twin.protocol.document.sections)
    given = 0

    def tick() -> None:
        nonlocal given
        given += 1

    with private_server() as server:
        count = simulate_through_http(
            twin,
            readers,
            Skill(**asked),
            by=run.by,
            seed=seed,
            server=server,
            on_answer=tick,
            on_pause=lambda: reporter.tell(given, total + 1),
        )
    freeze_study(twin, by=run.by, reason=WHY)
    request_unblinding(twin, by=run.by, reason=WHY)
    confirm_unblinding(twin, by=run.by, reason=WHY)
    export_report(twin, report_folder(twin), by=run.by)
    reporter.tell(total + 1, total + 1)
    return {"rehearsal": twin.slug, "answers": count, "warnings": recognisable(run.study)}
