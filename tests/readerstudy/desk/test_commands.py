"""What the desk's pages do, its commands do, too."""

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from django.core.management import call_command
from django.core.management.base import CommandError

from readerstudy.desk.protocol.published import NAMES, published
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Enrolment, Run, Study, Withdrawal
from readerstudy.truth.blinding.gate import newest_audit
from readerstudy.truth.models import BlindingAudit
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    CALLS,
    Locked,
    a_locked_study,
    a_planned_study,
    answer_next,
    protocol_text,
    read_everything,
)

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def knees() -> Locked:
    return a_locked_study()


def said_by(name: str, *arguments: str) -> str:
    said = StringIO()
    call_command(name, *arguments, stdout=said, stderr=StringIO())
    return said.getvalue()


def shown(*arguments: str) -> Any:
    return json.loads(said_by("show", *arguments))


def test_an_invitation_is_printed_and_sent(knees: Locked) -> None:
    said = said_by("invite", "knees", "--email", "rosa@example.org", "--by", "alice@example.org")
    email, link = said.strip().split("\t")
    assert email == "rosa@example.org"
    [letter] = mail.outbox
    assert (letter.to, letter.reply_to) == (["rosa@example.org"], ["alice@example.org"])
    assert link in letter.body


def test_links_alone_are_printed_where_no_letters_are_wanted(knees: Locked) -> None:
    said = said_by("invite", "knees", "--email", "rosa@example.org", "--links-only")
    assert "/invitation/" in said
    assert mail.outbox == []


def test_a_letter_that_does_not_go_out_ends_with_1_after_the_link(
    knees: Locked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(mail_server: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", no_network)
    said = StringIO()
    with pytest.raises(CommandError, match="could not be sent"):
        call_command("invite", "knees", "--email", "rosa@example.org", stdout=said)
    assert "/invitation/" in said.getvalue()


def test_reminders_go_to_whoever_has_not_finished(knees: Locked) -> None:
    list(read_everything(knees.reading("ron")))
    said_by("invite", "knees", "--email", "rosa@example.org", "--links-only")
    assert "reminded" not in said_by("remind", "knees", "--links-only")
    assert mail.outbox == []
    assert "rita@example.org\treminded" in said_by("remind", "knees").splitlines()
    assert sorted(letter.to[0] for letter in mail.outbox) == ["rita@example.org", "rosa@example.org"]
    said_by("remind", "knees", "--email", "rita@example.org")
    assert mail.outbox[-1].to == ["rita@example.org"]


def test_a_reader_is_withdrawn_by_pseudonym_and_staff_by_address(knees: Locked) -> None:
    said_by("withdraw", "knees", "R02", "--reason", "moved away", "--drop-answers")
    said_by("withdraw", "knees", "carl@example.org", "--reason", "moved away", "--keep-answers")
    rows = Withdrawal.objects.order_by("pk").values_list("enrolment__user__email", "keep_answers")
    assert list(rows) == [("ron@example.org", False), ("carl@example.org", True)]


def test_an_invitation_that_nobody_accepted_is_revoked(knees: Locked) -> None:
    said_by("invite", "knees", "--email", "rosa@example.org", "--links-only")
    said_by("withdraw", "knees", "rosa@example.org", "--reason", "wrong address", "--drop-answers")
    invitation = Enrolment.objects.get(study=knees.study, invitation__email="rosa@example.org").invitation
    assert invitation is not None
    assert invitation.state == "revoked"


def test_a_reader_is_replaced_and_the_other_gets_the_next_place(knees: Locked) -> None:
    said = said_by(
        "replace_reader", "knees", "R02", "--email", "rosa@example.org", "--reason", "ill", "--keep-answers"
    )
    assert said.startswith("rosa@example.org\t")
    assert mail.outbox[0].to == ["rosa@example.org"]
    assert Enrolment.objects.get(study=knees.study, place=3).email == "rosa@example.org"


def test_a_copy_gets_another_protocol_byte_for_byte(knees: Locked, tmp_path: Path) -> None:
    assert "Study hips created" in said_by("copy_study", "knees", "--name", "hips")
    path = tmp_path / "protocol.toml"
    path.write_bytes(protocol_text(sections=CALLS, title="Hips").replace("\n", "\r\n").encode())
    assert "in order" in said_by("revise_protocol", "hips", str(path), "--check")
    assert shown("hips", "protocol")["version"] == 1
    said_by("revise_protocol", "hips", str(path))
    assert Study.objects.get(slug="hips").protocol.text.encode() == path.read_bytes()


def test_a_failed_audit_is_overridden_with_a_reason() -> None:
    study = a_planned_study()
    failed = newest_audit(study)
    assert failed is not None
    BlindingAudit.objects.create(
        study=study,
        images_digest=failed.images_digest,
        passed=False,
        document=failed.document,
        by=study.created_by,
    )
    said_by("override_audit", "knees", "--reason", "the borders are cut on screen")
    assert shown("knees", "audit")["overridden"] is True


def test_a_preflight_waits_for_a_worker_and_can_be_stopped(knees: Locked) -> None:
    said_by("preflight", "knees", "--accuracy", "0.7")
    run = Run.objects.get(kind="preflight")
    assert (run.request["readers"], run.request["accuracy"]) == (2, 0.7)
    said_by("stop_run", "knees", str(run.pk), "--reason", "the protocol changes")
    assert shown("knees", "runs")["runs"][0]["state"] == "cancelled"


def test_show_tells_every_aspect_of_a_study(knees: Locked) -> None:
    answer_next(knees.reading("rita"))
    assert [study["slug"] for study in shown()] == ["knees"]
    assert shown("knees")["life"][0]["name"] == "protocol"
    assert [reader["answered"] for reader in shown("knees", "progress")["readers"]] == [1, 0]
    assert len(shown("knees", "people")["people"]) == 5
    assert {source["name"] for source in shown("knees", "sources")} >= {"hospital-canary"}
    assert shown("knees", "plan")["fits"]
    assert shown("knees", "unblinding") == {"asked": None, "unblinded": None}
    assert [version["version"] for version in shown("knees", "versions")["versions"]] == [1]
    assert shown("knees", "preflight")["run"] is None
    assert shown("knees", "images")["hospital-canary"][0]["picture"].endswith(".png")
    assert "study locked" in [entry["verb"] for entry in shown("knees", "log")["entries"]]


def test_show_leafs_through_the_log(knees: Locked, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = shown("knees", "log")["entries"]
    monkeypatch.setattr("readerstudy.desk.watching.queries.EVENTS_ON_A_PAGE", 2)
    assert shown("knees", "log", "--start", "2")["entries"] == whole[2:4]


def test_a_published_protocol_is_printed_byte_for_byte_and_checked_before_a_study_begins(
    tmp_path: Path,
) -> None:
    assert [line.split("\t")[0] for line in said_by("published_protocols").splitlines()] == list(NAMES)
    path = tmp_path / "protocol.toml"
    path.write_text(said_by("published_protocols", "knee-grades"), encoding="utf-8")
    assert path.read_text(encoding="utf-8") == published("knee-grades").text
    assert "in order" in said_by("create_study", str(path), "--check")
    assert not Study.objects.exists()


def ended(knees: Locked) -> None:
    for name in ("rita", "ron"):
        list(read_everything(knees.reading(name)))
    freeze_study(knees.study, by=knees.owner, reason="all read")
    request_unblinding(knees.study, by=knees.owner, reason="all read")
    confirm_unblinding(knees.study, by=knees.owner, reason="all read")


def test_cases_are_shown_with_who_answered_what(knees: Locked) -> None:
    ended(knees)
    found = json.loads(said_by("show_cases", "knees", "triples"))
    assert found["count"] == 3
    fooled = [case["fooled"] for case in found["cases"]]
    assert fooled == sorted(fooled, reverse=True)
    number = str(found["cases"][0]["number"])
    opened = json.loads(said_by("show_cases", "knees", "triples", number))
    assert [answer["reader"] for answer in opened["answers"]] == ["R01", "R02"]
    assert opened["case"] == found["cases"][0]
    alone = json.loads(said_by("show_cases", "knees", "triples", "--reader", "R02", "--start", "2"))
    assert [image["readers"] for case in alone["cases"] for image in case["images"]] == [1, 1, 1]


@pytest.mark.parametrize(
    ("asked", "said"),
    [(["quartets"], "Those that do: triples"), (["triples", "99"], "manage.py show_cases knees triples")],
)
def test_a_case_that_there_is_not_is_refused_in_a_sentence(
    knees: Locked, asked: list[str], said: str
) -> None:
    ended(knees)
    with pytest.raises(CommandError, match=said):
        said_by("show_cases", "knees", *asked)


def test_cases_stay_closed_to_commands_until_the_unblinding(knees: Locked) -> None:
    with pytest.raises(CommandError, match="blinded"):
        said_by("show_cases", "knees", "triples")
