"""People: letters and links, reminders, replacements, and who may see the list."""

import re
from smtplib import SMTPRecipientsRefused, SMTPServerDisconnected
from urllib.parse import unquote

import pytest
from django.core import mail
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command

from readerstudy.accounts.claim import claim
from readerstudy.accounts.errors import InvitationRevoked
from readerstudy.desk.people.inviting import addresses_in
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.errors import (
    LastOwner,
    NoPlaceLeft,
    NotAnAddress,
    ReasonMissing,
    StudyIsFrozen,
)
from readerstudy.studies.invite import invite_reader, invite_staff, renew_link
from readerstudy.studies.models import Enrolment, Role, Withdrawal
from readerstudy.studies.withdraw import replace_reader, withdraw
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import Locked, a_locked_study, read_everything

pytestmark = [pytest.mark.django_db, pytest.mark.both_databases]


@pytest.fixture
def made() -> Locked:
    return a_locked_study()


def send(made: Locked, name: str = "alice", **fields: str) -> str:
    response = made.client(name).post(f"/studies/{made.study.slug}/people/", fields)
    assert response.status_code == 200
    return response.content.decode()


def token_of(link: str) -> str:
    return link.rstrip("/").rsplit("/", 1)[-1]


def test_an_invitation_goes_out_with_its_link_which_the_page_shows_too(made: Locked) -> None:
    body = send(made, emails="rosa@example.org", role="reader", mail="1")
    [letter] = mail.outbox
    assert letter.to == ["rosa@example.org"]
    assert letter.reply_to == ["alice@example.org"]
    link = next(line for line in letter.body.splitlines() if "/invitation/" in line)
    assert link in body
    assert claim(token_of(link)).by.email == "rosa@example.org"


def test_the_links_download_as_csv_right_after_inviting(made: Locked) -> None:
    body = send(made, emails="rosa@example.org, rupert@example.org", role="reader")
    assert mail.outbox == []
    address = body.split('href="data:text/csv;charset=utf-8,')[1].split('"')[0]
    lines = unquote(address).splitlines()
    assert lines[0] == "reader,email,role,link"
    assert [line.split(",")[1:3] for line in lines[1:]] == [
        ["rosa@example.org", "reader"],
        ["rupert@example.org", "reader"],
    ]
    assert all(re.fullmatch(r"R\w{4}", line.split(",")[0]) for line in lines[1:])


def test_addresses_are_taken_as_mail_programs_and_tables_write_them() -> None:
    pasted = "Reader, Rosa <rosa@a.org>; Ruth <ruth@a.org>\nrita@a.org, rolf@a.org;\trita@a.org\n\nno address"
    assert addresses_in(pasted) == ["rosa@a.org", "ruth@a.org", "rita@a.org", "rolf@a.org", "no address"]


def test_no_address_is_lost_on_a_line_that_is_written_in_both_ways() -> None:
    both = "ron@a.org, Ruth <ruth@a.org>; Reader, Rosa <rosa@a.org> rolf@a.org"
    assert addresses_in(both) == ["ron@a.org", "ruth@a.org", "rosa@a.org", "rolf@a.org"]
    assert addresses_in("rita@a.org <rita@a.org>") == ["rita@a.org"]


def test_whose_answers_count_is_settled_with_the_freeze(made: Locked) -> None:
    freeze_study(made.study, by=made.owner, reason="All is in")
    rita = made.afresh().reading("rita")
    with pytest.raises(StudyIsFrozen, match="can no longer change"):
        withdraw(rita, by=made.owner, reason="An outlier", keep_answers=False)
    assert withdraw(rita, by=made.owner, reason="Has left", keep_answers=True).keep_answers


def test_what_was_typed_stays_when_a_replacement_is_refused(made: Locked) -> None:
    body = send(made, verb="replace", pseudonym="R02", email="rita@example.org", reason="On leave")
    assert "rita@example.org already has a role in this study: reader" in body
    assert 'value="On leave"' in body
    assert 'value="rita@example.org"' in body


def test_a_bad_address_gets_a_sentence_and_the_others_are_invited(made: Locked) -> None:
    body = send(made, emails="rosa@example.org nonsense rita@example.org", role="reader")
    assert "is not an email address" in body
    assert "rita@example.org already has a role in this study: reader" in body
    assert Enrolment.objects.filter(study=made.study, invitation__email="rosa@example.org").exists()


def test_a_letter_that_does_not_go_out_leaves_the_link_to_give_by_hand(
    made: Locked, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_network(mail_server: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.open", no_network)
    body = send(made, emails="rosa@example.org", role="reader", mail="1")
    assert "could not be sent" in body
    assert "/invitation/" in body


@pytest.mark.parametrize(
    ("trouble", "tried"),
    [
        (TimeoutError(), 1),
        (SMTPServerDisconnected("gone"), 1),
        (SMTPRecipientsRefused({"rosa@example.org": (550, b"unknown")}), 2),
    ],
)
def test_nobody_waits_twice_for_a_mail_server_that_does_not_answer(
    made: Locked, monkeypatch: pytest.MonkeyPatch, trouble: Exception, tried: int
) -> None:
    addressed: list[str] = []

    def fail(mail_server: object, letters: list[EmailMessage]) -> int:
        addressed.extend(letters[0].to)
        raise trouble

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    body = send(made, emails="rosa@example.org rolf@example.org", role="reader", mail="1")
    assert body.count("could not be sent") == 2
    assert len(set(re.findall(r"/invitation/[\w-]+/", body))) == 2
    assert len(set(addressed)) == tried


def test_a_title_of_several_lines_makes_no_second_header(made: Locked) -> None:
    type(made.study).objects.update(title="Knees\r\nBcc: everybody@example.org")
    send(made, emails="rosa@example.org", role="analyst", mail="1")
    assert mail.outbox[0].subject == "Invitation: Knees Bcc: everybody@example.org"


def test_reminders_reach_the_unfinished_and_renew_links_nobody_used(made: Locked) -> None:
    old = invite_reader(made.study, "rosa@example.org", by=made.owner)
    list(read_everything(made.reading("rita")))
    send(made, verb="remind", who="everybody", mail="1")
    letters = {letter.to[0]: letter.body for letter in mail.outbox}
    assert set(letters) == {"ron@example.org", "rosa@example.org"}
    assert f"/read/{made.study.slug}/" in letters["ron@example.org"]
    with pytest.raises(InvitationRevoked):
        claim(token_of(old.link))
    new = next(line for line in letters["rosa@example.org"].splitlines() if "/invitation/" in line)
    assert claim(token_of(new)).by.email == "rosa@example.org"


def test_staff_are_reminded_only_by_their_address(made: Locked) -> None:
    old = invite_staff(made.study, "carla@example.org", Role.COORDINATOR, by=made.owner)
    body = send(made, verb="remind", mail="1")
    assert "Remind every reader who has not finished (2)" in body
    assert {letter.to[0] for letter in mail.outbox} == {"rita@example.org", "ron@example.org"}
    assert old.enrolment.invitation.state == "open"
    send(made, verb="remind", emails="carla@example.org", mail="1")
    assert mail.outbox[-1].to == ["carla@example.org"]


def test_a_renewed_link_leads_to_the_same_place(made: Locked) -> None:
    first = invite_reader(made.study, "rosa@example.org", by=made.owner)
    second = renew_link(first.enrolment, by=made.owner)
    assert second.enrolment.pk == first.enrolment.pk
    assert second.enrolment.place == 3


def test_a_replacement_takes_the_next_free_place_and_the_old_one_is_not_read_twice(made: Locked) -> None:
    body = send(
        made,
        verb="replace",
        pseudonym="R01",
        email="rosa@example.org",
        reason="left the clinic",
        answers="drop",
    )
    assert "rosa@example.org" in body
    assert (
        Withdrawal.objects.get(enrolment=Enrolment.objects.get(study=made.study, place=1)).keep_answers
        is False
    )
    assert Enrolment.objects.get(invitation__email="rosa@example.org").place == 3


def test_a_mistyped_address_costs_no_place(made: Locked) -> None:
    mistyped = invite_reader(made.study, "rosa@exmaple.org", by=made.owner)
    wrong = mistyped.enrolment.pseudonym
    fields = {"verb": "replace", "pseudonym": wrong, "email": "rosa@example.org"}
    assert "A reason is needed" in send(made, **fields, reason=" ")
    assert "/invitation/" in send(made, **fields, reason="mistyped")
    with pytest.raises(InvitationRevoked):
        claim(token_of(mistyped.link))
    assert Enrolment.objects.get(invitation__email="rosa@example.org").place == 3
    assert not Withdrawal.objects.exists()


def test_after_inviting_only_the_refused_addresses_are_left_to_mend(made: Locked) -> None:
    body = send(made, emails="rosa@example.org\nnonsense", role="reader")
    assert '<textarea id="emails" name="emails" rows="4" required>nonsense</textarea>' in body


def test_a_replacement_that_cannot_be_invited_withdraws_nobody(made: Locked) -> None:
    rita = made.reading("rita")
    for address, error in (("nonsense", NotAnAddress), ("", NotAnAddress)):
        with pytest.raises(error):
            replace_reader(rita, address, by=made.owner, reason="left", keep_answers=True)
    for name in ("rosa", "rupert"):
        invite_reader(made.study, f"{name}@example.org", by=made.owner)
    with pytest.raises(NoPlaceLeft):
        replace_reader(rita, "ruth@example.org", by=made.owner, reason="left", keep_answers=True)
    assert not Withdrawal.objects.exists()


def test_withdrawing_twice_is_one_withdrawal_and_needs_a_reason(made: Locked) -> None:
    rita = made.reading("rita")
    with pytest.raises(ReasonMissing):
        withdraw(rita, by=made.owner, reason="  ", keep_answers=True)
    first = withdraw(rita, by=made.owner, reason="left", keep_answers=True)
    assert withdraw(rita, by=made.owner, reason="again", keep_answers=False) == first


def test_a_place_given_up_before_coming_is_free_for_somebody_else(made: Locked) -> None:
    rosa, _ = (
        invite_reader(made.study, f"{name}@example.org", by=made.owner).enrolment
        for name in ("rosa", "rupert")
    )
    address = f"/studies/{made.study.slug}/people/{rosa.pseudonym}/withdraw/"
    body = made.client("alice").post(address, {"reason": "never answered"}, follow=True).content.decode()
    assert f"{rosa.pseudonym} was withdrawn." in body
    assert "before accepting; the place is free" in body
    assert invite_reader(made.study, "ruth@example.org", by=made.owner).enrolment.place == 3


def test_names_of_readers_are_random(made: Locked) -> None:
    names = [
        invite_reader(made.study, f"{name}@example.org", by=made.owner).enrolment.pseudonym
        for name in ("rosa", "rupert")
    ]
    assert all(re.fullmatch(r"R[2-9A-HJ-NP-Z]{4}", name) for name in names)
    assert len(set(names)) == 2


def test_withdrawing_revokes_an_open_link(made: Locked) -> None:
    invited = invite_reader(made.study, "rosa@example.org", by=made.owner)
    withdraw(invited.enrolment, by=made.owner, reason="too busy", keep_answers=True)
    with pytest.raises(InvitationRevoked):
        claim(token_of(invited.link))


def test_the_last_owner_stays(made: Locked) -> None:
    owner = Enrolment.objects.get(study=made.study, role=Role.OWNER)
    with pytest.raises(LastOwner):
        withdraw(owner, by=made.owner, reason="tired", keep_answers=True)


def test_staff_leave_through_the_page(made: Locked) -> None:
    carl = Enrolment.objects.get(study=made.study, role=Role.COORDINATOR)
    address = f"/studies/{made.study.slug}/people/staff/{carl.pk}/withdraw/"
    made.client("alice").post(address, {"reason": "left"})
    assert made.client("carl").get(f"/studies/{made.study.slug}/").status_code == 404


def test_a_coordinator_withdraws_a_reader_and_is_led_where_they_may_go(made: Locked) -> None:
    address = f"/studies/{made.study.slug}/people/R01/withdraw/"
    response = made.client("carl").post(address, {"reason": "left"}, follow=True)
    assert response.redirect_chain[-1][0] == f"/studies/{made.study.slug}/progress/"
    assert response.status_code == 200


def test_after_the_unblinding_no_reader_is_withdrawn_through_any_door(made: Locked) -> None:
    reader = made.reading("rita")
    for end in (freeze_study, request_unblinding, confirm_unblinding):
        end(made.study, by=made.owner, reason="all is in")
    given = {"reason": "changed her mind", "keep_answers": "1"}
    page = made.client("alice").post(
        f"/studies/knees/people/{reader.pseudonym}/withdraw/", given, follow=True
    )
    assert "nobody reads any more" in page.content.decode()
    with pytest.raises(CommandError, match="nobody reads any more"):
        call_command(
            "withdraw",
            "knees",
            reader.pseudonym,
            "--reason",
            "so",
            "--keep-answers",
            "--by",
            made.owner.email,
        )
    assert not Withdrawal.objects.exists()


def test_a_program_is_enrolled_on_the_page_and_its_key_is_shown_once(made: Locked) -> None:
    asked = {"verb": "program", "model": "Looker", "model_version": "2", "prompt": "Say what you see."}
    page = send(made, **asked)
    program = Enrolment.objects.get(study=made.study, program=True)
    assert f"Program {program.pseudonym} reads now." in page
    [key] = re.findall(r"rst_[A-Za-z0-9_-]+", page)
    assert key not in made.client("alice").get(f"/studies/{made.study.slug}/people/").content.decode()


def test_a_program_that_is_refused_keeps_what_was_typed(made: Locked) -> None:
    page = send(made, verb="program", model="Looker", model_version="2", holder="nobody@nowhere.example")
    assert "Nobody here has the email address nobody@nowhere.example." in page
    assert 'value="Looker"' in page
    assert not Enrolment.objects.filter(study=made.study, program=True).exists()
