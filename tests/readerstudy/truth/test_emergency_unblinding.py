"""One image is disclosed to a named person outside the study, by two people who learn nothing by it."""

import csv
import json
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import DatabaseError, transaction

from analysis.bundle import read_bundle
from analysis.reporting.report import report
from readerstudy.accounts.claim import claim
from readerstudy.accounts.errors import InvitationRefused
from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.reading.models import Presentation, Slot
from readerstudy.results.bundle import export_bundle
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.invite import Invited, invite_reader, invite_staff
from readerstudy.truth.disclose import Case, confirm_disclosure, read_disclosure, request_disclosure
from readerstudy.truth.errors import (
    DisclosureNotSent,
    NoSuchImage,
    NothingToDisclose,
    RecipientIsInTheStudy,
    SecondPersonNeeded,
)
from readerstudy.truth.known_elsewhere import known_elsewhere
from readerstudy.truth.models import Disclosure, DisclosureRequest, Key
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    QUARTETS,
    Locked,
    a_locked_study,
    a_user,
    protocol_text,
    read_everything,
)
from tests.readerstudy.people import PASSWORD, confirm, signed_in
from tests.readerstudy.truth.test_who_was_told_elsewhere_does_not_read import the_same_images_elsewhere

pytestmark = pytest.mark.django_db

SEEN = Case(reader="R01", section="triples", number=2, letter="B")
DOCTOR: dict[str, str] = {"recipient": "Dr. Dora Doe, attending", "email": "dora@clinic.example"}
WHY = "A mass that needs work-up."


@pytest.fixture
def made() -> Locked:
    return a_locked_study(protocol_text(sections=QUARTETS.format(trials=4)))


def asked(made: Locked, case: Case = SEEN, **changes: Any) -> DisclosureRequest:
    return request_disclosure(made.study, case, **{**DOCTOR, **changes}, by=made.owner, reason=WHY)


def a_real_one() -> Case:
    """The real image on the screen that was seen."""
    shown = Slot.objects.filter(presentation__section__name="triples", presentation__place=1)
    real = Key.objects.filter(provenance__source__kind="real").values("trial_image")
    return replace(SEEN, letter=shown.get(presentation__order=2, trial_image__in=real).letter)


def told(made: Locked) -> Disclosure:
    return confirm_disclosure(asked(made), by=made.people["carl"], reason="Agreed.")


def slot_seen(made: Locked) -> Slot:
    shown = Presentation.objects.get(section__name="triples", place=1, order=2)
    return Slot.objects.get(presentation=shown, position=1)


def test_the_recipient_is_told_the_kind_and_nobody_else_is(made: Locked) -> None:
    told(made)
    kind = Key.objects.get(trial_image=slot_seen(made).trial_image).provenance.source.kind
    [letter] = mail.outbox
    assert letter.to == [DOCTOR["email"]]
    assert f"as seen by reader R01: {kind}." in letter.body
    assert "canary" not in letter.body
    for event in Event.objects.filter(verb__in=["disclosure requested", "image disclosed", "letter sent"]):
        assert not {"real", "synthetic"} & set(json.dumps(event.particulars).replace('"', " ").split())
    for name in ("alice", "carl"):
        client = made.client(name)
        page = client.get("/studies/knees/emergency/").content.decode()
        assert DOCTOR["recipient"] in page
        answer = client.get("/api/studies/knees/emergencies").content.decode()
        assert kind not in answer


def test_it_takes_two_people_and_doing_it_again_changes_nothing(made: Locked) -> None:
    request = asked(made)
    with pytest.raises(SecondPersonNeeded):
        confirm_disclosure(request, by=made.owner, reason=WHY)
    assert mail.outbox == []
    assert asked(made) == request
    first, second = told(made), told(made)
    assert first == second
    assert [letter.to for letter in mail.outbox] == [[DOCTOR["email"]]] * 2
    verbs = Event.objects.filter(verb__in=["disclosure requested", "image disclosed"]).order_by("pk")
    assert list(verbs.values_list("verb", flat=True)) == ["disclosure requested", "image disclosed"]


@pytest.mark.parametrize("inside", ["rita", "anna", "alice", "carl"])
def test_nobody_in_the_study_is_told_whoever_asks_and_confirms_included(made: Locked, inside: str) -> None:
    with pytest.raises(RecipientIsInTheStudy):
        asked(made, email=f"{inside.upper()}@example.org")


def test_an_image_that_was_not_on_that_screen_is_refused(made: Locked) -> None:
    for case in (
        Case(reader="R09", section="triples", number=2),
        Case(reader="R01", section="pairs", number=2),
        Case(reader="R01", section="triples", number=99),
        Case(reader="R01", section="triples", number=2, letter="Z"),
    ):
        with pytest.raises(NoSuchImage):
            request_disclosure(made.study, case, **DOCTOR, by=made.owner, reason=WHY)


def test_a_letter_that_does_not_go_out_is_said_and_sent_by_confirming_again(
    made: Locked, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 2
    with pytest.raises(DisclosureNotSent):
        told(made)
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    told(made)
    assert len(mail.outbox) == 1


def test_the_trial_leaves_the_masked_bundle_and_the_analysis_and_the_report_says_so(
    made: Locked, tmp_path: Path
) -> None:
    told(made)
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    freeze_study(made.study, by=made.owner, reason="done")
    masked = export_bundle(made.study, tmp_path / "masked", by=made.owner, masked=True)
    assert trials_of(masked, "picks.csv") == trials_of(masked, "ratings.csv") == {"T001", "T002", "T003"}
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")
    whole = export_bundle(made.study, tmp_path / "whole", by=made.owner, masked=False)
    assert len(trials_of(whole, "picks.csv")) == 4
    assert len(trials_of(whole, "picks.csv", disclosed="1")) == 1
    for bundle in (masked, whole):
        found = report(read_bundle(bundle))
        triples = found.document["sections"]["triples"]
        assert triples["conduct"]["completeness"]["answers"] == 6
        assert triples["agreement"]["ratings"]["raw"]["n_cases"] == 9
        assert any(WHY in paragraph for paragraph in found.outline.methods)
    assert triples["detection"]["overall"]["n"] == 6
    with pytest.raises(NothingToDisclose):
        asked(made)


def test_after_the_freeze_nobody_takes_trials_out_of_the_analysis_by_emergencies(
    made: Locked, tmp_path: Path
) -> None:
    """Who has a masked bundle could disclose, with a second person, just the trials that don't suit them."""
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    freeze_study(made.study, by=made.owner, reason="done")
    told(made)
    masked = export_bundle(made.study, tmp_path / "masked", by=made.owner, masked=True)
    assert len(trials_of(masked, "picks.csv")) == 3
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")
    whole = export_bundle(made.study, tmp_path / "whole", by=made.owner, masked=False)
    assert trials_of(whole, "picks.csv", disclosed="1") == set()
    found = report(read_bundle(whole))
    assert found.document["sections"]["triples"]["detection"]["overall"]["n"] == 8
    assert any("After the freeze" in text and WHY in text for text in found.outline.methods)


def trials_of(folder: Path, table: str, **where: str) -> set[str]:
    with (folder / table).open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    return {row["trial"] for row in rows if all(row[name] == value for name, value in where.items())}


def test_page_api_and_command_do_the_same(made: Locked) -> None:
    said = {"reader": "R01", "section": "triples", "number": 2, "letter": "b", **DOCTOR, "reason": WHY}
    alice, carl = made.client("alice"), made.client("carl")
    for client in (alice, carl):
        confirm(client)
    alice.post("/studies/knees/emergency/", {"verb": "ask", **said})
    request = DisclosureRequest.objects.get()
    api = alice.post("/api/studies/knees/emergencies", said, content_type="application/json")
    assert (api.status_code, api.json()["number"]) == (200, request.pk)
    options = ["--reader=R01", "--section=triples", "--number=2", "--letter=B", f"--reason={WHY}"]
    options += [f"--to={DOCTOR['recipient']}", f"--email={DOCTOR['email']}"]
    say = StringIO()
    call_command("disclose_image", "knees", *options, "--by=alice@example.org", stdout=say)
    assert "Another person confirms" in say.getvalue()
    assert DisclosureRequest.objects.get() == request
    path = f"/api/studies/knees/emergencies/{request.pk}/confirmation"
    refused = alice.post(path, {"reason": WHY}, content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (409, "second_person_needed")
    call_command("disclose_image", "knees", *options, "--by=carl@example.org", stdout=say)
    carl.post("/studies/knees/emergency/", {"verb": "confirm", "request": request.pk, "reason": "Again."})
    assert carl.post(path, {"reason": "Again."}, content_type="application/json").json()["confirmed"]
    assert len(mail.outbox) == 3
    with pytest.raises(CommandError, match="no image"):
        call_command("disclose_image", "knees", *options[:-1], "--number=77", options[-1], stdout=say)


def test_readers_and_analysts_find_no_page(made: Locked) -> None:
    for name in ("rita", "anna"):
        assert made.client(name).get("/studies/knees/emergency/").status_code == 404


def test_what_was_disclosed_stays_on_record(made: Locked) -> None:
    disclosure = told(made)
    for row in (disclosure, disclosure.request):
        with pytest.raises(DatabaseError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).update(reason="other")
        with pytest.raises(DatabaseError), transaction.atomic():
            type(row).objects.filter(pk=row.pk).delete()


def test_without_email_the_recipient_reads_it_here_after_confirming_who_they_are(
    made: Locked, settings: Any
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_TIMEOUT = "127.0.0.1", 1, 2
    dora = User.objects.create_user(DOCTOR["email"], PASSWORD, name="Dora")
    request = asked(made)
    client = signed_in(dora)
    assert "Nobody has disclosed an image to you" in client.get("/disclosures/").content.decode()
    with pytest.raises(DisclosureNotSent, match="/disclosures/"):
        told(made)
    assert client.post("/disclosures/", {"number": request.pk}).status_code == 302
    confirm(client)
    kind = Key.objects.get(trial_image=request.trial_image).provenance.source.kind
    assert f"<strong>{kind}</strong>" in client.post("/disclosures/", {"number": request.pk}).content.decode()
    event = Event.objects.get(verb="disclosure read")
    assert event.by == dora
    assert kind not in json.dumps(event.particulars)
    for name in ("alice", "carl", "anna", "rita"):
        other = made.client(name)
        confirm(other)
        assert other.post("/disclosures/", {"number": request.pk}).status_code == 404


def accepts(invited: Invited, person: User) -> None:
    claim(invited.link.rstrip("/").rsplit("/", 1)[1], by=person)


def test_a_recipient_does_not_read_the_study_afterwards(made: Locked) -> None:
    dora = User.objects.create_user(DOCTOR["email"], PASSWORD, name="Dora")
    told(made)
    with pytest.raises(InvitationRefused, match="told elsewhere what images"):
        accepts(invite_reader(made.study, dora.email, by=made.owner), dora)


def test_a_recipient_who_came_to_the_study_is_told_nothing(made: Locked) -> None:
    dora = User.objects.create_user(DOCTOR["email"], PASSWORD, name="Dora")
    request = told(made).request
    accepts(invite_staff(made.study, dora.email, "analyst", by=made.owner), dora)
    page = signed_in(dora, confirmed=True).post("/disclosures/", {"number": request.pk}).content.decode()
    assert "<strong>" not in page
    with pytest.raises(RecipientIsInTheStudy):
        read_disclosure(request, by=dora)


def test_whoever_reads_first_and_asks_to_be_told_is_not(made: Locked) -> None:
    dora = User.objects.create_user(DOCTOR["email"], PASSWORD, name="Dora")
    request = asked(made)
    accepts(invite_reader(made.study, dora.email, by=made.owner), dora)
    with pytest.raises(RecipientIsInTheStudy):
        confirm_disclosure(request, by=made.people["carl"], reason="Agreed.")
    assert mail.outbox == []


def test_a_recipient_who_reads_the_image_in_another_study_is_named_there(made: Locked) -> None:
    other = the_same_images_elsewhere(made)
    dora = User.objects.create_user(DOCTOR["email"], PASSWORD, name="Dora")
    invited = invite_reader(other, dora.email, by=a_user("olga"))
    accepts(invited, dora)
    assert known_elsewhere(other) == {}
    confirm_disclosure(asked(made, case=a_real_one()), by=made.people["carl"], reason="Agreed.")
    assert known_elsewhere(other) == {invited.enrolment.pk: 1}
