"""A monitor looks at the primary endpoint while the study is read; nobody else learns what was found."""

import json
import re
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core import mail
from django.core.management import call_command
from django.db import DatabaseError, transaction
from django.test import Client

from readerstudy.audit.models import Audience, Event
from readerstudy.desk.people.inviting import invite_people
from readerstudy.reading.answer import Answer
from readerstudy.reading.models import Slot
from readerstudy.reading.respond import respond
from readerstudy.reading.walk import Walk
from readerstudy.results.bundle import export_bundle
from readerstudy.results.errors import LookHasNoResult, LookIsNotDue, NotTheMonitor, NotWhole
from readerstudy.results.freeze import freeze_study
from readerstudy.results.interim import next_look, take_look
from readerstudy.results.models import InterimLook
from readerstudy.results.report import export_report
from readerstudy.results.verify_study import verify_study
from readerstudy.studies.enrol_program import ProgramFacts, enrol_program
from readerstudy.studies.errors import HolderIsInTheStudy, IsNotIndependent, NothingToMonitor, OneMonitor
from readerstudy.studies.invite import invite_staff
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.withdraw import withdraw
from readerstudy.truth.disclose import Case, request_disclosure
from readerstudy.truth.errors import RecipientIsInTheStudy
from readerstudy.truth.models import Key
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.desk.api.conftest import a_program
from tests.readerstudy.factory import (
    RATES,
    Locked,
    a_locked_study,
    a_user,
    protocol_text,
    read_everything,
)
from tests.readerstudy.people import signed_in
from tests.readerstudy.results.behind_the_triggers import rewrite

pytestmark = pytest.mark.django_db

READERS = ("rita", "ron", "rosa", "rolf")
SECTION = """
[[sections]]
name = "quads"
task = "pick_real"
trials = 15
compose = { hospital-canary = 1, gan-canary = 3 }
[[endpoints]]
name = "found"
role = "primary"
of = "quads.pick"
what = "accuracy"
against = 0.25
"""
SECONDARY = """
[[endpoints]]
name = "realism"
of = "rates.rating"
what = "mean"
compare = ["hospital-canary", "gan-canary"]
"""
LOOKS = "[looks]\nat = [75]\n"
PAGE = "/studies/knees/interim/"
API = "/api/studies/knees/interim"


def read(made: Locked, name: str, *, misses: int, most: int = 100) -> None:
    """Answer everything, or the `most` first; every reader misses other trials."""
    reader = made.reading(name)
    by = reader.person
    assert by is not None
    for number in range(most):
        shown = Walk(reader).current
        if shown is None:
            return
        right = (7 * number + READERS.index(name)) % 15 >= misses
        real = Key.objects.filter(
            trial_image__trial=shown.trial_id, provenance__source__kind="real"
        ).values_list("trial_image", flat=True)
        slots = list(Slot.objects.filter(presentation=shown))
        chosen = next(slot for slot in slots if (slot.trial_image_id in real) is right)
        respond(reader, shown.token, Answer(pick=chosen.letter), by=by, client_uuid=uuid4())


def planned(more: str = LOOKS, readers: tuple[str, ...] = READERS) -> Locked:
    text = protocol_text(sections=SECTION + more).replace("readers = 2", "readers = 4")
    return a_locked_study(text, readers=readers)


def with_monitor(made: Locked) -> Locked:
    made.people["mona"] = a_user("mona")
    invited = invite_staff(made.study, "mona@example.org", Role.MONITOR, by=made.owner).enrolment
    Enrolment.objects.filter(pk=invited.pk).update(user=made.people["mona"])
    return made


@pytest.fixture
def made() -> Locked:
    """Four readers are expected, three have read everything: three quarters of the answers."""
    found = with_monitor(planned())
    for name in READERS[:3]:
        read(found, name, misses=4)
    return found


def look(made: Locked) -> InterimLook:
    return take_look(made.study, by=made.people["mona"], reason="as planned")


def test_a_look_is_due_at_its_share_of_the_planned_answers() -> None:
    found = with_monitor(planned())
    due = next_look(found.study)
    assert due is not None
    assert (due.number, due.percent, due.at, due.answers, due.is_due) == (1, 75, 45, 0, False)
    read(found, "rita", misses=4)
    with pytest.raises(
        LookIsNotDue, match="due at 45 answers, 75 percent of those planned; now there are 15"
    ):
        look(found)


def test_a_clear_result_says_stop_and_a_dull_one_continue(made: Locked) -> None:
    taken = look(made)
    assert (taken.decision, taken.answers, taken.information) == ("stop", 45, 0.75)
    assert taken.p is not None
    assert taken.p <= taken.nominal_p == pytest.approx(0.01930, abs=5e-6)
    assert taken.low is not None
    assert taken.high is not None
    assert 0 < taken.low < taken.high <= 1
    assert next_look(made.study) is None
    with pytest.raises(LookIsNotDue, match="No look is left"):
        look(made)


def test_two_readers_of_four_decide_nothing() -> None:
    """Their test would speak of them alone, and stop far too many studies in which nothing differs."""
    found = with_monitor(planned("[looks]\nat = [50]\n"))
    for name in READERS[:2]:
        read(found, name, misses=4)
    with pytest.raises(LookHasNoResult, match="Only 2 of 4 readers have answered"):
        look(found)
    assert not InterimLook.objects.exists()


def test_withdrawing_whoever_has_not_begun_lets_no_look_speak_of_the_others() -> None:
    found = with_monitor(planned("[looks]\nat = [50]\n"))
    for name in READERS[:2]:
        read(found, name, misses=4)
    for name in READERS[2:]:
        withdraw(found.reading(name), by=found.owner, reason="has no time", keep_answers=False)
    with pytest.raises(LookHasNoResult, match="Only 2 of 4 readers have answered"):
        look(found)
    assert not InterimLook.objects.exists()


@pytest.mark.parametrize("begun", [(), ("rita",)])
def test_sections_that_nobody_or_one_reader_has_begun_keep_nobody_from_looking(
    begun: tuple[str, ...],
) -> None:
    """Only the sections of the primary endpoint decide, and only they have to be read."""
    found = with_monitor(planned(SECONDARY + LOOKS + RATES))
    for name in READERS[:3]:
        read(found, name, misses=4, most=15)
    for name in begun:
        list(read_everything(found.reading(name)))
    assert look(found).decision == "stop"


def test_a_look_without_a_clear_result_lets_the_study_go_on() -> None:
    found = with_monitor(planned("[looks]\nat = [25, 75]\nspending = 'pocock'\n"))
    for name in READERS[:3]:
        read(found, name, misses=11)
    assert look(found).decision == "continue"
    second = next_look(found.study)
    assert second is not None
    assert (second.number, second.percent) == (2, 75)


def test_after_a_late_look_the_next_waits_for_another_answer() -> None:
    """At 75 percent both looks are due; the second would see what the first saw."""
    found = with_monitor(planned("[looks]\nat = [50, 75]\nspending = 'pocock'\n"))
    for name in READERS[:3]:
        read(found, name, misses=11)
    assert look(found).answers == 45
    second = next_look(found.study)
    assert second is not None
    assert (second.at, second.is_due) == (46, False)
    with pytest.raises(LookIsNotDue, match="Look 2 is due at 46 answers"):
        look(found)


@pytest.mark.parametrize("name", ["alice", "carl", "anna", "rita"])
def test_nobody_else_looks(made: Locked, name: str) -> None:
    with pytest.raises(NotTheMonitor):
        take_look(made.study, by=made.people[name], reason="curious")
    answer = signed_in(made.people[name], confirmed=True).post(PAGE, {"reason": "curious"})
    assert answer.status_code in (403, 404)
    assert not InterimLook.objects.exists()


def everything_told(client: Client) -> str:
    """All that pages, API and exports tell somebody of a study that is being read."""
    addresses = (
        *(
            PAGE,
            "/studies/knees/",
            "/studies/knees/log/",
            "/studies/knees/progress/",
            "/studies/knees/ending/",
        ),
        *("/studies/knees/audit-trail.csv", API, "/api/studies/knees/log"),
    )
    return "".join(client.get(address).getvalue().decode(errors="replace") for address in addresses)


@pytest.mark.parametrize("name", ["alice", "carl", "anna"])
def test_the_staff_learn_whether_the_study_goes_on_and_no_number(made: Locked, name: str) -> None:
    taken = look(made)
    told = everything_told(signed_in(made.people[name], confirmed=True))
    assert "the study is to stop" in told
    for number in (taken.estimate, taken.low, taken.high, taken.p, taken.nominal_p):
        assert number is not None
        # Seconds of a time may be 10.542.
        assert not re.search(rf"(?<!\d){re.escape(f'{number:.3f}')}", told)
        assert repr(number) not in told


def test_the_monitor_learns_what_was_found_and_opens_no_other_page(made: Locked) -> None:
    mona = signed_in(made.people["mona"], confirmed=True)
    assert "due now" in mona.get(PAGE).content.decode()
    assert mona.post(PAGE, {"reason": "as planned"}).status_code == 302
    shown = mona.get(PAGE).content.decode()
    taken = InterimLook.objects.get()
    assert f"{taken.estimate:.3f}" in shown
    assert mona.get(API).json()["taken"][0]["estimate"] == taken.estimate
    for page in ("", "log/", "progress/", "people/", "ending/", "result/", "images/", "protocol/"):
        assert mona.get(f"/studies/knees/{page}").status_code == 404, page
    assert PAGE in mona.get("/studies/").content.decode()


def test_a_reader_is_told_nothing(made: Locked) -> None:
    look(made)
    rita = signed_in(made.people["rita"])
    assert rita.get(PAGE).status_code == 404
    assert rita.get(API).status_code == 404
    events = Event.objects.within(made.study.scope).for_audience(Audience.READER)
    assert not events.filter(verb__startswith="look").exists()


@pytest.mark.parametrize("door", ["page", "api", "command"])
def test_page_api_and_command_take_the_same_look(made: Locked, door: str) -> None:
    mona, reason = made.people["mona"], "as planned"
    if door == "page":
        signed_in(mona, confirmed=True).post(PAGE, {"reason": reason})
    elif door == "api":
        a_program(mona).post(API.removeprefix("/api/"), {"reason": reason})
    else:
        call_command("interim_look", "knees", "--by", mona.email, "--reason", reason, stdout=StringIO())
    taken = InterimLook.objects.get()
    assert (taken.number, taken.answers, taken.by, taken.reason) == (1, 45, mona, reason)
    assert taken.decision == InterimLook.Decision.STOP


def test_a_study_has_one_monitor(made: Locked) -> None:
    with pytest.raises(OneMonitor):
        invite_staff(made.study, "max@example.org", Role.MONITOR, by=made.owner)


def leave(made: Locked, name: str) -> None:
    one = Enrolment.objects.get(study=made.study, user=made.people[name])
    withdraw(one, by=made.owner, reason="left", keep_answers=True)


@pytest.mark.parametrize("name", ["carl", "rita"])
def test_nobody_who_ever_had_another_part_monitors(name: str) -> None:
    found = planned()
    leave(found, name)
    with pytest.raises(IsNotIndependent):
        invite_staff(found.study, f"{name}@example.org", Role.MONITOR, by=found.owner)


@pytest.mark.parametrize("role", [Role.READER, Role.OWNER, Role.COORDINATOR, Role.ANALYST])
def test_whoever_monitored_takes_no_other_part(made: Locked, role: str) -> None:
    leave(made, "mona")
    outcome = invite_people(made.study, ["mona@example.org"], role, by=made.owner, mail=False)
    assert "interim results" in outcome.problems[0]


def test_whoever_monitors_holds_no_program_and_is_told_of_no_image(made: Locked) -> None:
    with pytest.raises(HolderIsInTheStudy):
        enrol_program(
            made.study,
            ProgramFacts(model="eye", version="1"),
            holder=made.people["mona"],
            by=made.owner,
        )
    case = Case(reader=made.reading("rita").pseudonym, section="quads", number=1)
    with pytest.raises(RecipientIsInTheStudy):
        request_disclosure(
            made.study, case, recipient="M", email="mona@example.org", by=made.owner, reason="urgent"
        )


def test_the_letter_invites_as_monitor() -> None:
    found = planned()
    invite_people(found.study, ["mona@example.org"], Role.MONITOR, by=found.owner, mail=True)
    assert "as its independent monitor" in str(mail.outbox[0].body)


def test_without_planned_looks_there_is_nothing_to_monitor() -> None:
    found = planned("")
    with pytest.raises(NothingToMonitor):
        invite_staff(found.study, "mona@example.org", Role.MONITOR, by=found.owner)


def test_a_look_that_was_rewritten_is_found_and_nothing_is_exported(made: Locked, tmp_path: Path) -> None:
    look(made)
    assert not [finding for finding in verify_study(made.study) if finding.stops]
    rewrite("UPDATE results_interimlook SET decision = 'continue', p = 0.5")
    found = [str(finding) for finding in verify_study(made.study) if finding.stops]
    assert any("look" in finding for finding in found)
    freeze_study(made.study, by=made.owner, reason="done")
    with pytest.raises(NotWhole):
        export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=True)


def test_looks_cannot_be_changed_or_taken_back(made: Locked) -> None:
    look(made)
    for change in (InterimLook.objects.all().delete, lambda: InterimLook.objects.update(decision="continue")):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_report_is_held_against_what_the_look_left(tmp_path: Path) -> None:
    found = with_monitor(planned())
    for name in READERS[:3]:
        read(found, name, misses=11)
    look(found)
    read(found, READERS[3], misses=11)
    freeze_study(found.study, by=found.owner, reason="done")
    masked = export_bundle(found.study, tmp_path / "masked", by=found.owner, masked=True)
    assert "looks" not in json.loads((masked / "study.json").read_text())
    request_unblinding(found.study, by=found.owner, reason="done")
    study = Study.objects.get(pk=found.study.pk)
    confirm_unblinding(study, by=found.owner, reason="done")
    out = export_report(study, tmp_path / "report", by=found.owner, formats=("json",))
    primary = json.loads((out / "report.json").read_text())["endpoints"][0]
    assert primary["looks"]["information"] == 1.0
    assert primary["looks"]["nominal_p"] == pytest.approx(0.0442, abs=5e-5)
    assert [one["decision"] for one in primary["looks"]["taken"]] == ["continue"]
