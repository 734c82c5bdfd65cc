"""A reader says that something is wrong with an image: nothing else changes, and no arm is told."""

import csv
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, transaction

from readerstudy.audit.models import Audience, Event
from readerstudy.reading.errors import Frozen
from readerstudy.reading.models import Concern, Presentation, Response
from readerstudy.reading.raise_concern import Raised, raise_concern
from readerstudy.reading.readers import reading_of
from readerstudy.reading.verify_steps import verify_steps
from readerstudy.reading.walk import Walk
from readerstudy.results.bundle import export_bundle
from readerstudy.results.freeze import freeze_study
from readerstudy.truth.models import Key
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import Locked, read_everything
from tests.readerstudy.reading.conftest import Tab

pytestmark = pytest.mark.django_db

TEXT = "A line crosses the femur"


def report(tab: Tab, token: str, **changes: Any) -> Any:
    said = {"client_uuid": str(uuid4()), "kind": "view", "slot": "B", "text": TEXT}
    return tab.post(f"presentations/{token}/concern", {**said, **changes})


def test_a_concern_is_kept_beside_the_trial_and_changes_nothing(rita: Tab) -> None:
    before = rita.state()
    answer = report(rita, before["current"]["token"])
    assert (answer.status_code, answer.content) == (204, b"")
    assert rita.state() == before
    kept = Concern.objects.get()
    assert (kept.kind, kept.text, kept.slot and kept.slot.letter) == ("view", TEXT, "B")
    assert not Response.objects.exists()


def test_sent_twice_it_is_one_and_one_event(rita: Tab) -> None:
    token, number = rita.state()["current"]["token"], str(uuid4())
    for _ in range(2):
        assert report(rita, token, client_uuid=number).status_code == 204
    assert Concern.objects.count() == Event.objects.filter(verb="problem reported").count() == 1


def test_it_may_come_before_and_after_the_answer_and_of_a_trial_ahead(rita: Tab) -> None:
    first = rita.state()
    assert rita.respond().status_code == 201
    for token in (first["current"]["token"], first["ahead"][0]["token"]):
        assert report(rita, token, slot="").status_code == 204


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        ({"kind": "synthetic"}, 400),
        ({"slot": "Z"}, 422),
        ({"text": "x" * 3_000}, 400),
        ({"client_uuid": "1"}, 400),
    ],
)
def test_what_does_not_fit_is_refused(rita: Tab, changes: dict[str, Any], status: int) -> None:
    assert report(rita, rita.state()["current"]["token"], **changes).status_code == status
    assert not Concern.objects.exists()


def test_another_readers_screen_does_not_exist(knees: Locked, rita: Tab) -> None:
    theirs = Presentation.objects.of(knees.reading("ron")).first()
    assert theirs is not None
    assert report(rita, theirs.token).status_code == 404


def test_nobody_changes_or_removes_one(rita: Tab) -> None:
    report(rita, rita.state()["current"]["token"])
    for change in (lambda: Concern.objects.update(text=""), lambda: Concern.objects.all().delete()):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_the_log_holds_every_word_and_repeats_none(knees: Locked, rita: Tab) -> None:
    report(rita, rita.state()["current"]["token"])
    event = Event.objects.get(verb="problem reported")
    assert event.audience == Audience.STAFF
    assert event.particulars.keys() == {"section", "order", "kind", "concern"}
    assert TEXT not in str(event.particulars)
    assert not list(verify_steps(knees.study))
    Concern.objects.create(
        presentation=Presentation.objects.earliest("pk"),
        enrolment=knees.reading("rita"),
        kind="other",
        client_uuid=uuid4(),
    )
    (finding,) = verify_steps(knees.study)
    assert "was inserted" in finding.what


def test_staff_read_where_and_what_kind_and_after_the_unblinding_all(knees: Locked, rita: Tab) -> None:
    state = rita.state()
    report(rita, state["current"]["token"])
    report(rita, state["current"]["token"])
    for name in ("alice", "carl", "anna"):
        page = knees.client(name).get(f"/studies/{knees.study.slug}/progress/").content.decode()
        assert page.count("Wrong body part") == 1
        assert TEXT not in page


def test_a_masked_bundle_has_none_and_the_unblinding_shows_all(
    knees: Locked, rita: Tab, tmp_path: Path
) -> None:
    token = rita.state()["current"]["token"]
    report(rita, token, text="=A line")
    shown = Presentation.objects.get(token=token)
    source = Key.objects.get(trial_image=shown.screen_slots[1].trial_image).provenance.source.name
    list(read_everything(knees.reading("rita")))
    study, alice = knees.study, knees.owner
    freeze_study(study, by=alice, reason="done")
    masked = export_bundle(study, tmp_path / "masked", by=alice, masked=True)
    assert not (masked / "concerns.csv").exists()
    request_unblinding(study, by=alice, reason="done")
    confirm_unblinding(study, by=alice, reason="done")
    folder = export_bundle(study, tmp_path / "bundle", by=alice, masked=False)
    (row,) = csv.DictReader((folder / "concerns.csv").read_text().splitlines())
    assert (row["source"], row["kind"], row["text"]) == (source, "view", "'=A line")
    assert "concerns.csv,text" in (folder / "codebook.csv").read_text()
    for address in ("progress/", f"cases/triples/{shown.trial.number}/"):
        assert "=A line" in knees.client("alice").get(f"/studies/{study.slug}/{address}").content.decode()


def test_one_on_its_way_while_the_study_is_frozen_is_refused(knees: Locked) -> None:
    by = knees.people["rita"]
    enrolment = reading_of(by, "knees")
    token = Walk(enrolment).in_reach[0].token
    freeze_study(knees.study, by=knees.owner, reason="done")
    with pytest.raises(Frozen):
        raise_concern(enrolment, token, Raised(kind="view"), by=by, client_uuid=uuid4())
    assert not Concern.objects.exists()
