"""In another canvas a film has other pixels: studies know their common films by the files they came from."""

from pathlib import Path

import pytest

from readerstudy.accounts.claim import claim
from readerstudy.accounts.errors import InvitationRefused
from readerstudy.accounts.models import User
from readerstudy.studies.create import create_study
from readerstudy.studies.invite import Invited, invite_reader, invite_staff
from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.disclose import Case, confirm_disclosure, request_disclosure
from readerstudy.truth.errors import SharesImages
from readerstudy.truth.import_images import import_images
from readerstudy.truth.known_elsewhere import known_elsewhere
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Provenance
from readerstudy.truth.shared_images import endangered_by, require_disclosable
from readerstudy.truth.sources import source_of
from tests.readerstudy.factory import (
    AUDIT,
    Locked,
    a_leader,
    a_user,
    answer_next,
    brief,
    enrol,
    protocol_text,
)
from tests.readerstudy.imaging.phantoms import write_png

pytestmark = pytest.mark.django_db

PAIRS = """
[[sections]]
name = "pairs"
task = "pick_real"
trials = 3
compose = { hospital-canary = 1, checkpoint-canary = 1 }
"""
TELLS = PAIRS + "feedback = true\nallow_back = false\n"
OTHER_CANVAS = ("width = 16", "width = 40")


@pytest.fixture
def films(tmp_path: Path) -> Path:
    for number in range(6):
        write_png(tmp_path / ("hospital-canary", "checkpoint-canary")[number % 2], f"{number}.png", number)
    return tmp_path


def a_draft(
    films: Path, slug: str, owner: str, sections: str = PAIRS, *, other_canvas: bool = False
) -> Study:
    text = protocol_text(sections=sections)
    leader = a_leader(owner)
    study = create_study(text.replace(*OTHER_CANVAS) if other_canvas else text, by=leader, slug=slug)
    for folder in films.iterdir():
        import_images(source_of(study, folder.name), [folder], by=leader)
    return study


def a_study(
    films: Path, slug: str, owner: str, sections: str = PAIRS, *, other_canvas: bool = False
) -> Locked:
    study = a_draft(films, slug, owner, sections, other_canvas=other_canvas)
    leader = a_user(owner)
    allocate(study, by=leader)
    keep_audit(study, images_digest(study), True, AUDIT, by=leader)
    lock_study(study, by=leader, reason="ready")
    return Locked(study=Study.objects.get(pk=study.pk), owner=leader)


def reads(made: Locked, name: str) -> None:
    enrol(made, name, 1)
    brief(made.reading(name))


def is_refused(invited: Invited, person: User, why: str) -> None:
    with pytest.raises(InvitationRefused, match=why):
        claim(invited.link.rstrip("/").rsplit("/", 1)[1], by=person)


def test_the_same_files_are_other_images_in_another_canvas(films: Path) -> None:
    first, second = a_draft(films, "knees", "alice"), a_draft(films, "wide", "olga", other_canvas=True)
    images = [
        set(Provenance.objects.filter(source__study=one).values_list("image")) for one in (first, second)
    ]
    assert [len(one) for one in images] == [6, 6]
    assert not images[0] & images[1]


def test_truth_waits_for_a_second_person_where_another_canvas_shows_the_film(films: Path) -> None:
    knees, wide = a_study(films, "knees", "alice"), a_study(films, "wide", "olga", other_canvas=True)
    assert endangered_by(knees.study) == [wide.study]
    with pytest.raises(SharesImages, match=str(wide.study.uuid)):
        require_disclosable(knees.study, by=knees.owner)


def test_staff_of_one_does_not_read_the_other_nor_its_readers_join_the_staff(films: Path) -> None:
    knees, wide = a_study(films, "knees", "alice"), a_study(films, "wide", "olga", other_canvas=True)
    invited = invite_reader(wide.study, knees.owner.email, by=wide.owner)
    is_refused(invited, knees.owner, "told elsewhere what images of this study are")
    reads(knees, "rita")
    invited = invite_staff(wide.study, "rita@example.org", "coordinator", by=wide.owner)
    is_refused(invited, knees.people["rita"], "before its freeze")


def test_feedback_on_the_film_is_knowledge_and_to_come_is_a_reason_to_wait(films: Path) -> None:
    knees, wide = a_study(films, "knees", "alice", TELLS), a_study(films, "wide", "olga", other_canvas=True)
    reads(knees, "rita")
    invited = invite_reader(wide.study, "rita@example.org", by=wide.owner)
    is_refused(invited, knees.people["rita"], "one of the two tells")
    answer_next(knees.reading("rita"))
    is_refused(invited, knees.people["rita"], "told elsewhere what images of this study are")


def test_an_emergency_tells_of_the_film(films: Path) -> None:
    knees, wide = a_study(films, "knees", "alice"), a_study(films, "wide", "olga", other_canvas=True)
    reads(knees, "rita")
    physician = a_user("physician")
    asked = request_disclosure(
        knees.study,
        Case(reader="R01", section="pairs", number=1),
        recipient="Physician",
        email=physician.email,
        by=knees.owner,
        reason="a finding",
    )
    confirm_disclosure(asked, by=a_user("carl"), reason="agreed")
    invited = invite_reader(wide.study, physician.email, by=wide.owner)
    is_refused(invited, physician, "told elsewhere what images of this study are")


def test_films_that_a_reader_brings_into_a_study_of_their_own_are_counted(films: Path) -> None:
    knees = a_study(films, "knees", "alice")
    reads(knees, "rita")
    assert known_elsewhere(knees.study) == {}
    a_draft(films, "own", "rita", other_canvas=True)
    assert known_elsewhere(knees.study) == {knees.reading("rita").pk: 6}
