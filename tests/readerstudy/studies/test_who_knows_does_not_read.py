"""Whoever has seen the images with their sources cannot come back as a reader, whatever way they try."""

from collections.abc import Callable

import pytest

from readerstudy.accounts.claim import claim, claimable
from readerstudy.accounts.errors import InvitationRefused
from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.desk.people.inviting import invite_people
from readerstudy.desk.rehearsal.preview import preview_study
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.errors import KnowsTheStudy, ReadsTheStudy
from readerstudy.studies.family import family_of
from readerstudy.studies.invite import Invited, invite_reader, invite_staff, readdress
from readerstudy.studies.models import Enrolment, Run, Study
from readerstudy.studies.withdraw import withdraw
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.duplicate import duplicate, rehearse
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import BlindingAudit
from tests.readerstudy.factory import AUDIT, Locked, a_locked_study, a_user, protocol_text
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db

MALLORY = "mallory@example.org"


@pytest.fixture
def made() -> Locked:
    return a_locked_study(protocol_text().replace("places = 4", "places = 9"), readers=("rita",))


def token_of(invited: Invited) -> str:
    return invited.link.rstrip("/").rsplit("/", 1)[1]


def joins(study: Study, role: str, *, by: User) -> Enrolment:
    claim(token_of(invite_staff(study, MALLORY, role, by=by)), by=a_user("mallory"))
    return Enrolment.objects.get(study=study, invitation__email=MALLORY)


def leaves(enrolment: Enrolment, *, by: User) -> None:
    withdraw(enrolment, by=by, reason="moved", keep_answers=True)


def locked_copy(made: Locked) -> Study:
    copy = duplicate(made.study, by=made.owner)
    allocate(copy, by=made.owner)
    digest = images_digest(copy)
    BlindingAudit.objects.create(study=copy, images_digest=digest, passed=True, document=AUDIT, by=made.owner)
    lock_study(copy, by=made.owner, reason="ready")
    return copy


@pytest.mark.parametrize("role", ["owner", "coordinator", "analyst"])
def test_who_was_staff_and_left_cannot_be_invited_to_read(made: Locked, role: str) -> None:
    leaves(joins(made.study, role, by=made.owner), by=made.owner)
    with pytest.raises(KnowsTheStudy, match="cannot read it"):
        invite_reader(made.study, MALLORY.upper(), by=made.owner)


def test_the_owner_who_leaves_cannot_read(made: Locked) -> None:
    joins(made.study, "owner", by=made.owner)
    leaves(Enrolment.objects.get(study=made.study, user=made.owner), by=a_user("mallory"))
    with pytest.raises(KnowsTheStudy):
        invite_reader(made.study, made.owner.email, by=a_user("mallory"))


def test_staff_of_the_original_cannot_read_a_copy_nor_staff_of_a_copy_the_original(made: Locked) -> None:
    copy = locked_copy(made)
    leaves(joins(made.study, "analyst", by=made.owner), by=made.owner)
    for study in (copy, locked_copy(made)):
        with pytest.raises(KnowsTheStudy):
            invite_reader(study, MALLORY, by=made.owner)
    carl = made.people["carl"]
    claim(token_of(invite_staff(copy, "zoe@example.org", "coordinator", by=made.owner)))
    with pytest.raises(KnowsTheStudy):
        invite_reader(made.study, "zoe@example.org", by=carl)


def _previewed(made: Locked) -> None:
    preview_study(made.study, by=a_user("mallory"))


def _had_a_run(made: Locked) -> None:
    Run.objects.create(study=made.study, kind="import", by=a_user("mallory"))


def _imported(made: Locked) -> None:
    record(f"{made.study.scope}/import", "images imported", by=a_user("mallory"), on="imaging")


def _created(made: Locked) -> None:
    Study.objects.filter(pk=made.study.pk).update(created_by=a_user("mallory"))


@pytest.mark.parametrize("knew", [_previewed, _had_a_run, _imported, _created])
def test_who_worked_on_the_study_without_a_role_cannot_read(
    made: Locked, knew: Callable[[Locked], None]
) -> None:
    knew(made)
    outcome = invite_people(made.study, [MALLORY], "reader", by=made.owner, mail=False)
    assert "cannot read it" in outcome.problems[0]


def test_an_invitation_is_refused_to_who_came_to_know_the_study_meanwhile(made: Locked) -> None:
    token = token_of(invite_reader(made.study, MALLORY, by=made.owner))
    mallory = a_user("mallory")
    assert claimable(token, by=mallory).state == "open"
    preview_study(made.study, by=mallory)
    page = signed_in(mallory).get(f"/invitation/{token}/")
    assert page.status_code == 403
    assert "you cannot read it" in page.content.decode()
    with pytest.raises(InvitationRefused, match="you cannot read it"):
        claim(token, by=mallory)
    assert Enrolment.objects.get(invitation__email=MALLORY).person is None


def test_a_place_is_not_readdressed_to_who_knows(made: Locked) -> None:
    leaves(joins(made.study, "analyst", by=made.owner), by=made.owner)
    waiting = invite_reader(made.study, "late@example.org", by=made.owner).enrolment
    with pytest.raises(KnowsTheStudy):
        readdress(waiting, MALLORY, by=made.owner, reason="mistyped")


def test_a_reader_joins_no_staff_before_the_freeze(made: Locked) -> None:
    copy = duplicate(made.study, by=made.owner)
    rita = made.people["rita"]
    with pytest.raises(ReadsTheStudy, match="before the freeze"):
        invite_staff(copy, rita.email, "analyst", by=made.owner)
    freeze_study(made.study, by=made.owner, reason="done")
    assert invite_staff(copy, rita.email, "analyst", by=made.owner).enrolment.role == "analyst"


def test_strangers_and_readers_of_other_studies_are_welcome(made: Locked) -> None:
    other = a_locked_study(slug="hips", owner="olga", coordinator="cora", analyst="arne", readers=())
    for email in ("new@example.org", "rita@example.org"):
        assert invite_reader(other.study, email, by=other.owner).link
    assert invite_reader(other.study, made.owner.email, by=other.owner).link


def test_the_family_is_found_from_every_member(made: Locked) -> None:
    copy = duplicate(made.study, by=made.owner)
    copy_of_the_copy = duplicate(copy, by=made.owner)
    twin = rehearse(copy, by=made.owner)
    family = {made.study.pk, copy.pk, copy_of_the_copy.pk, twin.pk}
    for member in (made.study, copy, copy_of_the_copy, twin):
        assert family_of(member) == family
