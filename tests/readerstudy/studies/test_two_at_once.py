"""Two people press a button at the same moment: one comes second, and sees what the other has done."""

import threading
from collections.abc import Callable

import pytest
from django.db import connection

from readerstudy.accounts.models import User
from readerstudy.errors import ReaderstudyError
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.invite import invite_staff
from readerstudy.studies.models import Enrolment, Freeze, Role, Run, Study, Withdrawal
from readerstudy.studies.runs import start_run
from readerstudy.studies.withdraw import withdraw
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Source
from readerstudy.truth.sources import Origin, add_images
from tests.readerstudy.factory import a_locked_study, a_planned_study, a_user, answer_next, random_images

pytestmark = pytest.mark.django_db(transaction=True)

Deed = Callable[[], object]


def at_once(*deeds: Deed) -> list[str]:
    """Do all of it in threads that start together; what each came to: done, or the name of the refusal."""
    ready, outcomes = threading.Barrier(len(deeds), timeout=60), [""] * len(deeds)

    def attempt(place: int, deed: Deed) -> None:
        try:
            ready.wait()
            deed()
            outcomes[place] = "done"
        except ReaderstudyError as refusal:
            outcomes[place] = type(refusal).__name__
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return outcomes


def an_owner(study: Study, name: str) -> Enrolment:
    return Enrolment.objects.create(
        study=study, user=a_user(name), role=Role.OWNER, invited_by=study.created_by
    )


def leaving(enrolment: Enrolment, by: User) -> Deed:
    return lambda: withdraw(
        Enrolment.objects.get(pk=enrolment.pk), by=by, reason="leaves", keep_answers=False
    )


def test_two_owners_who_withdraw_each_other_leave_one() -> None:
    study = a_planned_study()
    alice = Enrolment.objects.get(study=study, role=Role.OWNER)
    olga = an_owner(study, "olga")
    outcomes = at_once(leaving(alice, a_user("olga")), leaving(olga, a_user("alice")))
    assert sorted(outcomes) == ["LastOwner", "done"]
    assert Enrolment.objects.filter(study=study, role=Role.OWNER).current().count() == 1


def test_an_address_invited_twice_gets_one_role() -> None:
    study = a_planned_study()
    outcomes = at_once(
        *(
            lambda role=role: invite_staff(study, "bob@example.org", role, by=a_user("alice"))
            for role in (Role.ANALYST, Role.COORDINATOR)
        )
    )
    assert sorted(outcomes) == ["AlreadyEnrolled", "done"]


def test_a_button_pressed_twice_is_one_run() -> None:
    study, alice = a_planned_study(), a_user("alice")
    assert at_once(*[lambda: start_run(study, "audit", {"images": "x"}, by=alice)] * 2) == ["done", "done"]
    assert Run.objects.count() == 1


def test_nobody_is_left_out_of_data_that_are_frozen() -> None:
    made = a_locked_study()
    answer_next(made.reading("rita"))
    frozen, gone = at_once(
        lambda: freeze_study(made.study, by=made.owner, reason="done"),
        leaving(made.reading("rita"), made.owner),
    )
    assert frozen == "done"
    if gone == "done":
        assert Withdrawal.objects.get().at < Freeze.objects.get().at
    else:
        assert (gone, Withdrawal.objects.count()) == ("StudyIsFrozen", 0)


def test_no_image_comes_into_a_source_that_is_being_locked() -> None:
    study, alice = a_planned_study(), a_user("alice")
    source = Source.objects.filter(study=study).order_by("position")[0]
    images = random_images(study.protocol.document, 1, seed=99)
    locked, added = at_once(
        lambda: lock_study(study, by=alice, reason="ready"),
        lambda: add_images(source, [Origin(image=image) for image in images], by=alice),
    )
    # Had the image come first, the plan would not have been drawn from it.
    assert (locked, added) in {("done", "StudyIsLocked"), ("PlanIsStale", "done")}
