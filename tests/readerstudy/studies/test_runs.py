"""Long work as rows: taken up again, stopped, and failing with a sentence."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import Reporter, cancel_run, performs, start_run, take_up_vanished
from readerstudy.studies.runs import perform as performing
from tests.readerstudy.factory import a_planned_study, a_user

pytestmark = pytest.mark.django_db
DONE: list[int] = []


class OutOfCoffee(ReaderstudyError):
    """The coffee is out. Bring some."""


@pytest.fixture
def study(monkeypatch: pytest.MonkeyPatch) -> Study:
    monkeypatch.setattr(performing, "_performers", {})
    monkeypatch.setattr(performing, "SECONDS_BETWEEN_REPORTS", 0)
    DONE.clear()

    @performs("count")
    def count(run: Run, reporter: Reporter) -> Mapping[str, Any]:
        """Goes on from what is finished, as every performer does."""
        for number in range(len(DONE), run.request["to"]):
            DONE.append(number)
            if number == run.request.get("stop_at"):
                cancel_run(run, by=run.by, reason="enough")
            reporter.tell(number + 1, run.request["to"])
        return {"counted": len(DONE)}

    @performs("refuse")
    def refuse(run: Run, reporter: Reporter) -> Mapping[str, Any]:
        raise OutOfCoffee

    @performs("crash")
    def crash(run: Run, reporter: Reporter) -> Mapping[str, Any]:
        raise ZeroDivisionError("by zero")

    return a_planned_study()


def begun(study: Study, kind: str, **request: Any) -> Run:
    return start_run(study, kind, request, by=a_user("alice"))


def worked(run: Run) -> Run:
    performing.perform.func(run.pk)
    return Run.objects.get(pk=run.pk)


def test_a_run_is_performed_once_and_tells_how_far_it_is(study: Study) -> None:
    run = worked(begun(study, "count", to=3))
    assert (run.state, run.done, run.total, run.outcome) == ("finished", 3, 3, {"counted": 3})
    assert worked(run).finished_at == run.finished_at
    assert len(DONE) == 3


def test_the_same_request_still_open_is_the_same_run(study: Study) -> None:
    assert begun(study, "count", to=3) == begun(study, "count", to=3)
    assert begun(study, "count", to=4).pk != begun(study, "count", to=3).pk


def test_a_run_whose_worker_has_gone_is_taken_up_where_it_stopped(study: Study) -> None:
    run = begun(study, "count", to=5)
    DONE.extend([0, 1])  # a worker finished these, then its machine went away
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5), done=2)
    assert Run.objects.get(pk=run.pk).state == "vanished"
    assert take_up_vanished() == 1
    assert take_up_vanished() == 0
    assert Run.objects.get(pk=run.pk).state == "waiting"
    assert worked(run).state == "finished"
    assert DONE == [0, 1, 2, 3, 4]


def test_a_run_that_is_still_heard_of_is_left_alone(study: Study) -> None:
    run = begun(study, "count", to=5)
    Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now())
    assert take_up_vanished() == 0


def test_a_cancelled_run_stops_at_the_next_item(study: Study) -> None:
    run = worked(begun(study, "count", to=100, stop_at=3))
    assert run.state == "cancelled"
    assert DONE == [0, 1, 2, 3]


def test_a_run_nobody_has_begun_ends_as_soon_as_it_is_cancelled(study: Study) -> None:
    run = begun(study, "count", to=3)
    first = cancel_run(run, by=a_user("alice"), reason="a mistake")
    assert cancel_run(run, by=a_user("alice"), reason="again") == first
    assert worked(run).state == "cancelled"
    assert DONE == []


def test_a_refusal_ends_the_run_with_its_sentence(study: Study) -> None:
    run = worked(begun(study, "refuse"))
    assert (run.state, run.error) == ("failed", "The coffee is out. Bring some.")


def test_a_crash_ends_the_run_with_a_sentence_too(study: Study) -> None:
    run = worked(begun(study, "crash"))
    assert run.state == "failed"
    assert run.error == "The run stopped on an unexpected error: by zero. The server's log has the details."
