"""Long work as rows: taken up again, stopped, and failing with a sentence."""

import time
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

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
    # A module that was imported for the first time here would declare its runs for this test alone.
    monkeypatch.setattr(performing, "_modules", [])
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


def test_a_crash_ends_the_run_with_a_sentence_too(study: Study, caplog: pytest.LogCaptureFixture) -> None:
    run = worked(begun(study, "crash"))
    assert run.state == "failed"
    assert run.error == "The run stopped on an unexpected error (ZeroDivisionError). See the server's log."
    assert "ZeroDivisionError: by zero" in caplog.text
    assert f"Run {run.pk}, crash of knees, stopped" in caplog.text


def test_a_run_and_its_place_in_the_queue_come_together(study: Study) -> None:
    run = begun(study, "count", to=3)
    assert [task.args_kwargs["args"] for task in DBTaskResult.objects.all()] == [[run.pk]]


def test_images_are_made_in_a_queue_of_their_own(study: Study) -> None:
    for kind in ("preview", "generate", "import", "audit", "report", "preflight"):
        begun(study, kind)
    queues = [task.queue_name for task in DBTaskResult.objects.order_by("enqueued_at")]
    assert queues == ["generation"] * 2 + ["default"] * 4


@pytest.mark.django_db(transaction=True)
def test_a_worker_of_one_queue_leaves_the_others_alone(study: Study) -> None:
    preview, counted = begun(study, "preview"), begun(study, "count", to=1)
    call_command("worker", once=True, queue="default", verbosity=0)
    states = [Run.objects.get(pk=run.pk).state for run in (preview, counted)]
    assert states == ["waiting", "finished"]


def test_a_run_that_was_ended_meanwhile_stays_as_it_ended(study: Study) -> None:
    @performs("linger")
    def linger(run: Run, reporter: Reporter) -> Mapping[str, Any]:
        Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5))
        cancel_run(Run.objects.get(pk=run.pk), by=run.by, reason="nobody seems to be at it")
        return {"counted": 1}

    run = worked(begun(study, "linger"))
    assert (run.state, run.outcome) == ("cancelled", {})


@pytest.mark.django_db(transaction=True)
def test_work_on_one_item_that_takes_long_is_not_taken_up_by_another(
    study: Study, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(performing, "SECONDS_BETWEEN_BEATS", 0.01)

    @performs("think")
    def think(run: Run, reporter: Reporter) -> Mapping[str, Any]:
        Run.objects.filter(pk=run.pk).update(heartbeat_at=timezone.now() - timedelta(minutes=5))
        given_up = time.monotonic() + 60
        while Run.objects.get(pk=run.pk).state == "vanished" and time.monotonic() < given_up:
            time.sleep(0.01)
        return {"taken_up": take_up_vanished()}

    assert worked(begun(study, "think")).outcome == {"taken_up": 0}
