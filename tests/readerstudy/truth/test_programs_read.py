"""A program reads through the reading API with a key of its own, and is never taken for a person."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from readerstudy.accounts.errors import UnknownScope
from readerstudy.accounts.issue_token import issue_token
from readerstudy.accounts.models import Scope
from readerstudy.audit.models import Event
from readerstudy.reading.models import Response
from readerstudy.studies.enrol_program import ProgramFacts, enrol_program, issue_key
from readerstudy.studies.errors import (
    HolderIsInTheStudy,
    HoldsAProgram,
    ImagesStayInside,
    KnowsTheStudy,
    NoProgram,
)
from readerstudy.studies.invite import invite_reader, invite_staff
from readerstudy.studies.models import Enrolment, Program, Role
from readerstudy.studies.verify_people import verify_people
from readerstudy.truth.errors import ProgramStopped
from readerstudy.truth.programs.run import let_read, program_reader
from readerstudy.truth.programs.vision_endpoint import instructions
from tests.readerstudy.factory import PRACTICE, QUARTETS, Locked, a_locked_study, a_user, protocol_text
from tests.readerstudy.server import Server

PROGRAMS = "tests.readerstudy.truth.programs_that_read"
FACTS = ProgramFacts(model="example-vision", version="2026-10", prompt="Look closely.", repeats=3)


def a_study(more: str = "", study: str = "") -> Locked:
    sections = more + QUARTETS.format(trials=3)
    return a_locked_study(protocol_text(sections=sections, study=study), readers=("rita",))


def enrolled(made: Locked, facts: ProgramFacts = FACTS) -> Enrolment:
    return enrol_program(made.study, facts, holder=a_user("hugo"), by=made.owner)


def bearer(key: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {key}"}


@pytest.mark.django_db(transaction=True)
def test_a_program_reads_everything_and_its_key_ends_with_it() -> None:
    made = a_study(PRACTICE)
    reader = enrolled(made)
    with Server(workers=1) as server:
        read = let_read(reader, f"{PROGRAMS}:brightest", server=server.url, by=made.owner)
    assert (read.answers, read.cost) == (3, 0.75)
    sections = Response.objects.filter(enrolment=reader).values_list("presentation__section__name", flat=True)
    assert set(sections) == {"triples"}, "practice tells the truth, so no program reads it"
    person = reader.person
    assert person is not None
    assert {token.state for token in person.api_tokens.all()} == {"revoked"}
    told = Event.objects.get(verb="program read")
    assert told.particulars["cost"] == 0.75


@pytest.mark.django_db(transaction=True)
def test_a_program_that_stops_is_told_of_and_goes_on_where_it_stopped() -> None:
    made = a_study()
    reader = enrolled(made)
    with Server(workers=1) as server:
        with pytest.raises(ProgramStopped, match=r"ValueError: no idea\. 1 answers were kept"):
            let_read(reader, f"{PROGRAMS}:crash_at_the_second", server=server.url, by=made.owner)
        with pytest.raises(ProgramStopped, match="no image “Z”"):
            let_read(reader, f"{PROGRAMS}:nonsense", server=server.url, by=made.owner)
        with pytest.raises(ProgramStopped, match="Name it as MODULE:FUNCTION"):
            let_read(reader, f"{PROGRAMS}:nobody", server=server.url, by=made.owner)
        with pytest.raises(ProgramStopped, match=r"found \[\]"):
            let_read(reader, f"{PROGRAMS}:spy", server=server.url, by=made.owner)
        assert let_read(reader, f"{PROGRAMS}:brightest", server=server.url, by=made.owner).answers == 2


@pytest.mark.django_db
def test_the_key_opens_the_reading_of_its_study_and_nothing_else() -> None:
    made = a_study()
    reader = enrolled(made)
    key = issue_key(reader, by=made.owner)
    client = Client(headers=bearer(key))
    state = client.get(f"/api/reading/{made.study.slug}/state")
    assert state.status_code == 200
    assert client.get(state.json()["current"]["images"][0]["url"]).status_code == 200
    assert client.get("/api/studies").status_code == 403
    assert client.get(f"/api/studies/{made.study.slug}").status_code == 403
    assert client.get("/api/reading/another/state").status_code == 404
    issue_key(reader, by=made.owner)
    assert client.get(f"/api/reading/{made.study.slug}/state").status_code == 401, (
        "a new key ends the old one"
    )


@pytest.mark.django_db
def test_a_person_reads_with_no_token_whatever_its_scopes() -> None:
    made = a_study()
    rita = made.people["rita"]
    _, key = issue_token("mine", by=rita, scopes=[scope.value for scope in Scope.personal()])
    refused = Client(headers=bearer(key)).get(f"/api/reading/{made.study.slug}/state")
    assert refused.status_code == 403
    with pytest.raises(UnknownScope):
        issue_token("mine", by=rita, scopes=[Scope.ANSWERS_WRITE])


@pytest.mark.django_db
def test_who_holds_the_key_neither_reads_nor_analyses() -> None:
    made = a_study()
    for name in ("rita", "anna"):
        with pytest.raises(HolderIsInTheStudy):
            enrol_program(made.study, FACTS, holder=made.people[name], by=made.owner)
    enrolled(made)
    with pytest.raises(KnowsTheStudy):
        invite_reader(made.study, "hugo@example.org", by=made.owner)
    with pytest.raises(HoldsAProgram):
        invite_staff(made.study, "hugo@example.org", Role.ANALYST, by=made.owner)


@pytest.mark.django_db
def test_images_leave_the_machine_only_where_the_locked_protocol_says_so() -> None:
    made = a_study()
    outside = ProgramFacts(model="m", version="1", endpoint="https://models.example/v1")
    with pytest.raises(ImagesStayInside, match="external = true"):
        enrolled(made, outside)
    inside = ProgramFacts(model="m", version="1", endpoint="http://127.0.0.1:11434/v1")
    assert enrolled(made, inside).program


@pytest.mark.django_db
def test_what_is_kept_of_a_program_is_held_against_the_log() -> None:
    made = a_study()
    reader = enrolled(made)
    assert list(verify_people(made.study)) == []
    details = reader.program_details
    assert (details.model, details.repeats, len(details.prompt_digest)) == ("example-vision", 3, 64)
    Enrolment.objects.filter(pk=reader.pk).update(program=False)
    found = [finding.what for finding in verify_people(made.study)]
    assert any("people and programs were confused" in what for what in found)


@pytest.mark.django_db
def test_commands_enrol_a_program_and_say_what_is_missing(capsys: pytest.CaptureFixture[str]) -> None:
    made = a_study()
    with pytest.raises(NoProgram, match=r"manage\.py enrol_program knees"):
        program_reader(made.study)
    call_command("enrol_program", "knees", "--model", "m", "--model-version", "1", "--key")
    pseudonym, key = capsys.readouterr().out.split()
    assert Program.objects.get().enrolment.pseudonym == pseudonym
    assert key.startswith("rst_")
    call_command("enrol_program", "knees", "--model", "n", "--model-version", "2")
    with pytest.raises(CommandError, match="Name one with --reader"):
        call_command("read_by_program", "knees", "--program", "a:b")


class _Model(BaseHTTPRequestHandler):
    """An endpoint as vision models have it; it picks A and remembers what it was sent."""

    asked: list[Any] = []

    def do_POST(self) -> None:
        self.asked.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        answer = 'Surely {"pick": "A", "ratings": {"A": 4, "B": 1, "C": 1}}'
        body = {"choices": [{"message": {"content": answer}}], "usage": {"total_tokens": 7}}
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        pass


@pytest.fixture
def endpoint() -> Iterator[str]:
    _Model.asked.clear()
    model = ThreadingHTTPServer(("127.0.0.1", 0), _Model)
    thread = threading.Thread(target=model.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{model.server_port}/v1"
    model.shutdown()
    thread.join()
    model.server_close()


@pytest.mark.django_db(transaction=True)
def test_a_vision_model_behind_an_endpoint_reads(endpoint: str) -> None:
    made = a_study()
    reader = enrolled(made, ProgramFacts(model="local", version="1", repeats=2, endpoint=endpoint))
    with Server(workers=1) as server:
        module = "readerstudy.truth.programs.vision_endpoint:answer"
        read = let_read(reader, module, server=server.url, by=made.owner)
    assert read.answers == 3
    assert len(_Model.asked) == 6, "each question is asked as often as the program is enrolled with repeats"
    content = _Model.asked[0]["messages"][0]["content"]
    assert [part["type"] for part in content] == ["text", "image_url", "image_url", "image_url"]
    assert content[1]["image_url"]["url"].startswith("data:image/png;base64,")
    assert "canary" not in json.dumps(_Model.asked[0])
    picked = Response.objects.filter(enrolment=reader).values_list("pick__position", flat=True)
    assert set(picked) == {0}


@pytest.mark.django_db
def test_the_api_enrols_a_program_and_shows_its_key_once() -> None:
    made = a_study()
    asked = {"model": "m", "model_version": "1", "repeats": 2}
    address = f"/api/studies/{made.study.slug}/people/programs"
    told = made.client("alice").post(address, asked, content_type="application/json")
    assert told.status_code == 201, told.content
    state = Client(headers=bearer(told.json()["key"])).get(f"/api/reading/{made.study.slug}/state")
    assert state.status_code == 200
    strangers = made.client("alice").post(
        address, {**asked, "holder": "x@y.example"}, content_type="application/json"
    )
    assert strangers.json()["code"] == "no_such_holder"


def test_a_vision_model_is_told_of_frames_and_of_how_sure_it_has_to_say_it_is() -> None:
    items = [
        {"name": "nodule", "kind": "mark", "of": "image", "ask": "Mark nodules.", "confidence": 5},
        {"name": "width", "kind": "measure", "of": "image", "ask": "Measure the heart."},
        {"name": "view", "kind": "text", "of": "trial", "ask": "Which view?", "confidence": 3},
    ]
    screen = {"kind": "screen", "images": [{"slot": "A", "frames": 40}]}
    told = instructions({"section": {"task": "ask", "items": items}, "screen": screen})
    assert '"points": [{"x": …, "y": …, "frame": 21, "confidence": 1 to 5}]' in told
    assert '"points": [{"x": …, "y": …, "frame": 21}]' in told
    assert 'a text, with "confidence": 1 to 3.' in told
