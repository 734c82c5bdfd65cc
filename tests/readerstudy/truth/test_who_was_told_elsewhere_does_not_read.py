"""Studies may share images without being copies: who learns the truth in one does not read another."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from analysis.bundle import read_bundle
from analysis.reporting.report import report
from readerstudy.accounts.claim import claim
from readerstudy.accounts.errors import InvitationRefused
from readerstudy.accounts.models import User
from readerstudy.desk.rehearsal.preview import preview_study
from readerstudy.results.bundle import export_bundle
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.create import create_study
from readerstudy.studies.errors import HasReadTheStudy
from readerstudy.studies.invite import Invited, invite_reader, invite_staff
from readerstudy.studies.models import Study, TrialImage
from readerstudy.studies.withdraw import withdraw
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.known_elsewhere import known_elsewhere
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
    brief,
    enrol,
    protocol_text,
    read_everything,
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


TAUGHT = EVERY_PAIR.replace("= 5", "= 4") + "practice = true\n" + QUARTETS.format(trials=1)
TELLS = "feedback = true\nallow_back = false\n"
STAIRS = """
[[sections]]
name = "stairs"
task = "call"
compose = { hospital-canary = 6, checkpoint-canary = 6 }
allow_back = false
[sections.staircase]
item = "call"
start_ms = 250
min_ms = 50
max_ms = 1000
down = 2
down_ms = 30
up = 1
up_ms = 60
"""


def brings_the_same_images(made: Locked, name: str, other: Study) -> None:
    for source in Source.objects.filter(study=made.study):
        origins = [Origin(image=row.image) for row in source.provenances.select_related("image")]
        add_images(source_of(other, source.name), origins, by=a_user(name))


def the_same_images_elsewhere(made: Locked, sections: str = EVERY_PAIR) -> Study:
    """Another owner imports them from the hospital's files, and knows nothing of the first study."""
    olga = a_leader("olga")
    other = create_study(protocol_text(sections=sections), by=olga, slug="elsewhere")
    brings_the_same_images(made, "olga", other)
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
    with pytest.raises(InvitationRefused, match="told elsewhere what images of this study are"):
        accepts(invited, person)


def test_who_previewed_the_images_elsewhere_does_not_read(made: Locked) -> None:
    other = the_same_images_elsewhere(made)
    mallory = a_user("mallory")
    preview_study(made.study, by=mallory)
    with pytest.raises(InvitationRefused, match="told elsewhere what images of this study are"):
        accepts(invite_reader(other, mallory.email, by=a_user("olga")), mallory)


def test_feedback_in_the_practice_of_another_study_is_knowledge(made: Locked) -> None:
    other = the_same_images_elsewhere(made)
    olga = a_user("olga")
    while answer_next(made.reading("rita")).response.presentation.section.practice:
        pass
    with pytest.raises(InvitationRefused, match="told elsewhere what images of this study are"):
        accepts(invite_reader(other, "rita@example.org", by=olga), made.people["rita"])
    freeze_study(made.study, by=made.owner, reason="done")
    accepts(invite_reader(other, "ron@example.org", by=olga), made.people["ron"])


def test_feedback_outside_practice_in_another_study_is_knowledge() -> None:
    told = QUARTETS.format(trials=4) + "feedback = true\nallow_back = false\n"
    made = a_locked_study(protocol_text(sections=told))
    other = the_same_images_elsewhere(made)
    answer_next(made.reading("rita"))
    with pytest.raises(InvitationRefused, match="told elsewhere what images of this study are"):
        accepts(invite_reader(other, "rita@example.org", by=a_user("olga")), made.people["rita"])
    freeze_study(made.study, by=made.owner, reason="done")
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


def test_what_a_staircase_elsewhere_told_is_knowledge() -> None:
    """Exposures go down after right answers and up after wrong ones."""
    made = a_locked_study(protocol_text(sections=STAIRS))
    other = the_same_images_elsewhere(made, EVERY_PAIR.replace("= 5", "= 7"))
    answer_next(made.reading("rita"))
    with pytest.raises(InvitationRefused, match="told elsewhere what images of this study are"):
        accepts(invite_reader(other, "rita@example.org", by=a_user("olga")), made.people["rita"])


@pytest.mark.parametrize("telling", [EVERY_PAIR + TELLS, TAUGHT])
def test_who_reads_the_images_does_not_accept_a_study_that_would_tell_what_they_are(telling: str) -> None:
    """Accepted first, told afterwards: nobody would have noticed."""
    made = a_locked_study(protocol_text(trials=4))
    other = the_same_images_elsewhere(made, telling)
    answer_next(made.reading("rita"))
    invited = invite_reader(other, "rita@example.org", by=a_user("olga"))
    with pytest.raises(InvitationRefused, match="one of the two tells"):
        accepts(invited, made.people["rita"])
    freeze_study(made.study, by=made.owner, reason="done")
    accepts(invited, made.people["rita"])


def test_who_is_to_be_told_elsewhere_does_not_accept_although_nothing_was_told_yet() -> None:
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=4) + TELLS))
    other = the_same_images_elsewhere(made)
    with pytest.raises(InvitationRefused, match="one of the two tells"):
        accepts(invite_reader(other, "rita@example.org", by=a_user("olga")), made.people["rita"])


def test_two_studies_that_tell_nothing_are_read_at_a_time(made: Locked) -> None:
    blind = a_locked_study(protocol_text(trials=4), slug="blind", owner="otto")
    other = the_same_images_elsewhere(blind)
    accepts(invite_reader(other, "rita@example.org", by=a_user("olga")), blind.people["rita"])


def test_a_reader_who_left_does_not_come_back_to_images_they_were_told_of() -> None:
    """Places are given from the lowest: who came back to a lower one read on as if nothing had been."""
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=4) + TELLS), readers=("ron",))
    invited = invite_reader(made.study, "rita@example.org", by=made.owner)
    accepts(invited, a_user("rita"))
    withdraw(invited.enrolment, by=a_user("rita"), reason="Withdrawn by the reader", keep_answers=False)
    with pytest.raises(HasReadTheStudy):
        invite_reader(made.study, "RITA@example.org", by=made.owner)
    moved = a_user("rita")
    moved.email = "rita@elsewhere.example"
    moved.save()
    again = invite_reader(made.study, moved.email.replace("rita", "r"), by=made.owner)
    moved.email = again.enrolment.email
    moved.save()
    with pytest.raises(InvitationRefused, match="have read this study and left it"):
        accepts(again, moved)


def test_images_that_a_reader_brings_into_a_study_of_their_own_are_named(
    made: Locked,
    tmp_path: Path,
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    """Not refused: a refusal would tell the reader which images the study shows."""
    assert known_elsewhere(made.study) == {}
    rita = a_leader("rita")
    own = create_study(protocol_text(sections=EVERY_PAIR), by=rita, slug="own")
    brings_the_same_images(made, "rita", own)
    reading = made.reading("rita")
    assert known_elsewhere(made.study) == {reading.pk: 6}
    alice = made.client("alice")
    alice.get("/studies/knees/people/")  # the process learns the protocol
    with django_assert_max_num_queries(15):
        page = alice.get("/studies/knees/people/").content.decode()
    assert "Reader R01 may know 6 of the images they read" in page
    assert "own" not in page.partition("may know")[2].partition("</p>")[0].split()
    people = made.client("alice").get("/api/studies/knees/people").json()["people"]
    assert {one["pseudonym"]: one["known_elsewhere"] for one in people if one["pseudonym"]} == {
        "R01": 6,
        "R02": 0,
    }
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    freeze_study(made.study, by=made.owner, reason="done")
    out = export_bundle(made.study, tmp_path / "masked", by=made.owner, masked=True)
    found = report(read_bundle(out))
    assert any("(reader and number of images: R01 6)" in text for text in found.outline.methods)


def test_feedback_that_came_later_is_named_where_nobody_could_refuse_it() -> None:
    """Rows from before acceptance was refused, or enrolled by an operator."""
    made = a_locked_study(protocol_text(trials=4))
    other = the_same_images_elsewhere(made, EVERY_PAIR + TELLS)
    there = Locked(study=other, owner=a_user("olga"), people=dict(made.people))
    enrol(there, "rita", 1)
    brief(there.reading("rita"))
    assert known_elsewhere(made.study) == {}
    shown = answer_next(there.reading("rita")).response.presentation.screen_slots
    mine = {slot.trial_image.image_id for slot in shown}
    counts = TrialImage.objects.filter(trial__section__study=made.study, image__in=mine).count()
    assert known_elsewhere(made.study).get(made.reading("rita").pk, 0) == counts


def test_more_readers_and_sections_that_tell_ask_no_more_queries(
    django_assert_max_num_queries: Callable[[int], AbstractContextManager[object]],
) -> None:
    made = a_locked_study(protocol_text(trials=4))
    pairs = EVERY_PAIR.replace("= 5", "= 2") + TELLS
    other = the_same_images_elsewhere(made, pairs + pairs.replace('"pairs"', '"more"'))
    there = Locked(study=other, owner=a_user("olga"), people=dict(made.people))
    for place, name in enumerate(("rita", "ron"), 1):
        enrol(there, name, place)
        brief(there.reading(name))
        list(read_everything(there.reading(name)))
    both = {made.reading("rita").pk, made.reading("ron").pk}
    with django_assert_max_num_queries(8):
        assert set(known_elsewhere(made.study)) == both
