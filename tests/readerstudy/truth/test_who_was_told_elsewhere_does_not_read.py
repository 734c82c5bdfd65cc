"""Studies may share images without being copies: who learnt the truth in one does not read another."""

import pytest

from readerstudy.accounts.claim import claim
from readerstudy.accounts.errors import InvitationRefused
from readerstudy.accounts.models import User
from readerstudy.desk.rehearsal.preview import preview_study
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.create import create_study
from readerstudy.studies.invite import Invited, invite_reader, invite_staff
from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Source
from readerstudy.truth.sources import Origin, add_images, source_of
from tests.readerstudy.factory import (
    AUDIT,
    PRACTICE,
    QUARTETS,
    Locked,
    a_leader,
    a_locked_study,
    a_user,
    answer_next,
    protocol_text,
)

# All images that the first study has of two sources, those of its practice among them.
EVERY_PAIR = """
[[sections]]
name = "pairs"
task = "pick_real"
trials = 5
compose = { hospital-canary = 1, checkpoint-canary = 1 }
"""

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Locked:
    return a_locked_study(protocol_text(sections=PRACTICE + QUARTETS.format(trials=2)))


def the_same_images_elsewhere(made: Locked) -> Study:
    """Another owner imports them from the hospital's files, and knows nothing of the first study."""
    olga = a_leader("olga")
    other = create_study(protocol_text(sections=EVERY_PAIR), by=olga, slug="elsewhere")
    for source in Source.objects.filter(study=made.study):
        origins = [Origin(image=row.image) for row in source.provenances.select_related("image")]
        add_images(source_of(other, source.name), origins, by=olga)
    allocate(other, by=olga)
    keep_audit(other, images_digest(other), True, AUDIT, by=olga)
    lock_study(other, by=olga, reason="ready")
    return other


def accepts(invited: Invited, person: User) -> None:
    claim(invited.link.rstrip("/").rsplit("/", 1)[1], by=person)


@pytest.mark.parametrize("name", ["alice", "carl", "anna"])
def test_staff_of_a_study_with_the_same_images_does_not_read(made: Locked, name: str) -> None:
    other = the_same_images_elsewhere(made)
    person = made.people[name]
    invited = invite_reader(other, person.email, by=a_user("olga"))
    with pytest.raises(InvitationRefused, match="told what images of this study are"):
        accepts(invited, person)


def test_who_previewed_the_images_elsewhere_does_not_read(made: Locked) -> None:
    other = the_same_images_elsewhere(made)
    mallory = a_user("mallory")
    preview_study(made.study, by=mallory)
    with pytest.raises(InvitationRefused, match="told what images of this study are"):
        accepts(invite_reader(other, mallory.email, by=a_user("olga")), mallory)


def test_feedback_in_the_practice_of_another_study_is_knowledge(made: Locked) -> None:
    other = the_same_images_elsewhere(made)
    olga = a_user("olga")
    accepts(invite_reader(other, "ron@example.org", by=olga), made.people["ron"])
    while answer_next(made.reading("rita")).response.presentation.section.practice:
        pass
    with pytest.raises(InvitationRefused, match="told what images of this study are"):
        accepts(invite_reader(other, "rita@example.org", by=olga), made.people["rita"])


def test_feedback_outside_practice_in_another_study_is_knowledge() -> None:
    told = QUARTETS.format(trials=4) + "feedback = true\nallow_back = false\n"
    made = a_locked_study(protocol_text(sections=told))
    other = the_same_images_elsewhere(made)
    answer_next(made.reading("rita"))
    with pytest.raises(InvitationRefused, match="told what images of this study are"):
        accepts(invite_reader(other, "rita@example.org", by=a_user("olga")), made.people["rita"])
    accepts(invite_reader(other, "ron@example.org", by=a_user("olga")), made.people["ron"])


def test_who_reads_the_images_elsewhere_joins_no_staff_before_the_freeze(made: Locked) -> None:
    other = the_same_images_elsewhere(made)
    invited = invite_staff(other, "rita@example.org", "coordinator", by=a_user("olga"))
    with pytest.raises(InvitationRefused, match="before its freeze"):
        accepts(invited, made.people["rita"])
    freeze_study(made.study, by=made.owner, reason="done")
    accepts(invited, made.people["rita"])


def test_who_invites_is_told_of_nobody_elses_work(made: Locked) -> None:
    other = the_same_images_elsewhere(made)
    olga = a_user("olga")
    assert invite_reader(other, "carl@example.org", by=olga).link
    assert invite_staff(other, "rita@example.org", "analyst", by=olga).link
