"""A reader stops for today, takes a copy of the consent home, takes an answer back, or leaves for good."""

import re
from datetime import date
from io import StringIO
from typing import Any
from uuid import UUID

import pytest
from django.core import mail
from django.core.management import call_command

from readerstudy.audit.models import Event
from readerstudy.reading.models import Response, Sitting, Submission
from readerstudy.results.freeze import freeze_study
from readerstudy.results.verify_study import verify_study
from readerstudy.studies.errors import StudyIsFrozen
from readerstudy.studies.invite import invite_reader
from readerstudy.studies.mail import Post, send_invitation
from readerstudy.studies.models import Withdrawal
from readerstudy.studies.move_deadline import move_deadline
from readerstudy.studies.protocol import ProtocolError, parse_protocol
from tests.readerstudy.factory import (
    CALLS,
    PRACTICE,
    QUARTETS,
    Locked,
    a_locked_study,
    protocol_text,
    read_everything,
)
from tests.readerstudy.reading.conftest import Tab, a_tab

pytestmark = pytest.mark.django_db

TOLD = """
contact = "Dr. Lead, lead@hospital.example"
deadline = "2131-03-31"
minutes = 90
"""
UNDO = "[reading]\nundo = true\n"


def told(**parts: str) -> Locked:
    return a_locked_study(protocol_text(study=TOLD, **parts))


def page(made: Locked, address: str, name: str = "rita") -> str:
    answer = made.client(name).get(f"/read/{made.study.slug}/{address}")
    assert answer.status_code == 200, answer
    return re.sub(r"\s+", " ", answer.content.decode())


def test_stopping_lets_another_computer_read_at_once_and_says_what_is_left() -> None:
    made = told()
    rita = a_tab(made)
    rita.sit()
    rita.respond()
    client = made.client("rita")
    for _ in range(2):
        answer = client.post(f"/read/{made.study.slug}/stop/", follow=True)
    shown = answer.content.decode()
    assert "2 trials left" in shown
    assert "March 31, 2131" in shown or "31 March 2131" in shown
    assert 'href="mailto:lead@hospital.example"' in shown
    assert Event.objects.filter(verb="reading stopped").count() == 1
    assert not Sitting.objects.get(token=UUID(rita.sitting)).is_alive
    assert a_tab(made).sit().status_code == 200


def test_the_whole_is_told_from_what_was_declared_and_never_from_later_sections() -> None:
    """Two studies that differ in what comes later alone tell the same minutes."""
    seen = []
    for later in (1, 9):
        kinds = f"hospital-canary = {later}, checkpoint-canary = {later}"
        calls = CALLS.replace("trials = 4", f"trials = {2 * later}").replace(
            "hospital-canary = 2, checkpoint-canary = 2", kinds
        )
        sections = QUARTETS.format(trials=4) + calls
        made = a_locked_study(
            protocol_text(study=TOLD, sections=sections),
            slug=f"knees-{later}",
            owner=f"alice{later}",
            readers=(f"rita{later}",),
            coordinator=f"carl{later}",
            analyst=f"anna{later}",
        )
        rita = a_tab(made, f"rita{later}")
        for _ in range(3):
            rita.respond()
        seen.append(re.findall(r"about \d+ min[^<]*", page(made, "stop/", f"rita{later}")))
    assert seen[0] == seen[1] == ["about 1 min at your pace", "about 90 min left"]


@pytest.mark.parametrize(("study", "minutes"), [(TOLD, ['data-minutes="90"']), ("", [])])
def test_the_reading_page_knows_of_the_whole_what_was_declared(study: str, minutes: list[str]) -> None:
    made = a_locked_study(protocol_text(study=study, more='[display]\nif_failed = "ignore"\n'))
    shown = page(made, "trial/")
    assert re.findall(r'data-minutes="\d+"', shown) == minutes
    assert re.findall(r'data-images="\d+"', shown) == ['data-images="3"']
    assert ("min left" in page(made, "stop/")) == bool(minutes)


def test_the_invitation_and_the_letter_say_time_deadline_and_contact() -> None:
    made = told()
    invited = invite_reader(made.study, "new@reader.example", by=made.owner)
    with Post() as post:
        assert send_invitation(invited, by=made.owner, post=post)
    (letter,) = mail.outbox
    ((html, kind),) = letter.alternatives  # type: ignore[attr-defined]
    assert kind == "text/html"
    client = made.client("rita")
    client.logout()
    shown = client.get("/" + invited.link.split("/", 3)[3])
    for text in (str(letter.body), str(html), shown.content.decode()):
        assert "90 minutes" in text
        assert "2131" in text
        assert "lead@hospital.example" in text
    assert f'href="{invited.link}"' in str(html)


def test_a_deadline_is_moved_through_every_door_and_readers_read_the_last() -> None:
    made = told()
    alice, slug = made.client("alice"), made.study.slug
    alice.post(f"/studies/{slug}/people/", {"verb": "deadline", "day": "2131-04-01", "reason": "late"})
    assert "1 April 2131" in page(made, "stop/")
    given = {"day": "2131-05-01", "reason": "later"}
    moved = alice.post(f"/api/studies/{slug}/people/deadline", given, content_type="application/json")
    assert moved.status_code == 204
    assert "1 May 2131" in page(made, "stop/")
    call_command("move_deadline", slug, day="2131-06-01", reason="latest", stdout=StringIO())
    assert "1 June 2131" in page(made, "stop/")
    assert "1 June 2131" in alice.get(f"/studies/{slug}/people/").content.decode()
    assert Event.objects.filter(verb="deadline moved").count() == 3
    assert not list(verify_study(made.study))
    freeze_study(made.study, by=made.owner, reason="done")
    with pytest.raises(StudyIsFrozen):
        move_deadline(made.study, date(2132, 1, 1), by=made.owner, reason="too late")


def test_a_deadline_that_is_no_day_is_refused() -> None:
    with pytest.raises(ProtocolError, match="deadline"):
        parse_protocol(protocol_text(study='deadline = "soon"'))


def test_the_consent_comes_as_a_pdf_before_and_after_the_end(knees: Locked) -> None:
    client = knees.client("rita")
    for zone in ("Europe/Berlin", "../../etc/passwd", "x" * 99, "\0", ""):
        answer = client.get("/read/knees/consent.pdf", {"zone": zone})
        assert b"".join(answer.streaming_content).startswith(b"%PDF")  # type: ignore[attr-defined]
    list(read_everything(knees.reading("rita")))
    assert "consent.pdf" in page(knees, "finish/")
    assert "You agreed on" in page(knees, "consent/")


def test_a_reader_withdraws_once_sure_and_says_what_counts(knees: Locked, rita: Tab) -> None:
    rita.respond()
    client = knees.client("rita")
    for unsure in ({}, {"answers": "remove"}, {"sure": "yes"}, {"answers": "burn", "sure": "yes"}):
        assert client.post("/read/knees/withdraw/", unsure).status_code == 422
    assert not Withdrawal.objects.exists()
    client.post("/read/knees/withdraw/", {"answers": "remove", "sure": "yes"})
    left = Withdrawal.objects.get()
    assert (left.keep_answers, left.by) == (False, knees.people["rita"])
    assert not Response.objects.counted().exists()
    assert not list(verify_study(knees.study))
    assert rita.get("state").status_code == 403
    assert client.get("/read/knees/withdraw/").status_code == 403


def undone(sections: str) -> Tab:
    return a_tab(a_locked_study(protocol_text(sections=sections, more=UNDO)))


def change(rita: Tab, state: Any, token: str) -> Any:
    return rita.post(f"presentations/{token}/response", rita.submission(state, pick="B"))


def test_the_last_answer_is_undone_and_the_old_one_kept() -> None:
    rita = undone(QUARTETS.format(trials=4))
    first = rita.state()
    rita.respond()
    second = rita.state()
    back = second["current"]["back"]
    assert (second["section"]["allow_back"], back) == (True, first["current"]["token"])
    again = rita.get(f"presentations/{back}").json()
    assert again["previous"]["pick"] == "A"
    assert again["back"] is None
    assert change(rita, first, back).status_code == 201
    assert list(Response.objects.order_by("revision").values_list("revision", flat=True)) == [1, 2]
    assert rita.state()["current"]["token"] == second["current"]["token"]


def test_only_the_last_one_is_and_none_of_a_section_that_is_left() -> None:
    rita = undone(QUARTETS.format(trials=3) + CALLS)
    states = []
    for _ in range(3):
        states.append(rita.state())
        if len(states) == 3:
            assert change(rita, states[0], states[0]["current"]["token"]).status_code == 409
            assert change(rita, states[1], states[1]["current"]["token"]).status_code == 201
            assert not Submission.objects.exists()
        rita.respond(states[-1])
    assert Submission.objects.count() == 1
    assert change(rita, states[2], states[2]["current"]["token"]).status_code == 409
    assert rita.state()["current"]["back"] is None


@pytest.mark.parametrize("more", ["feedback = true", "exposure_ms = 500", "answer_within_ms = 5000"])
def test_where_something_was_told_or_timed_nothing_is_undone(more: str) -> None:
    rita = undone(QUARTETS.format(trials=3) + more)
    first = rita.state()
    rita.respond()
    assert rita.state()["current"]["back"] is None
    assert not rita.state()["section"]["allow_back"]
    assert change(rita, first, first["current"]["token"]).status_code == 409


def test_practice_is_not_undone() -> None:
    rita = undone(PRACTICE + QUARTETS.format(trials=3))
    first = rita.state()
    assert first["practice"]
    rita.respond()
    assert change(rita, first, first["current"]["token"]).status_code == 409
