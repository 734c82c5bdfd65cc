"""Looking into cases after the unblinding: by reader, by source, with the spots people pointed at."""

from uuid import uuid4

import pytest

from readerstudy.reading.answer import Answer, Spot
from readerstudy.reading.respond import respond
from readerstudy.reading.walk import Walk
from readerstudy.results.cases import Case, gallery
from readerstudy.results.freeze import freeze_study
from readerstudy.results.models import ImageTally
from readerstudy.results.tallies import readers_of
from readerstudy.studies.models import Enrolment, Role, Section
from readerstudy.truth.errors import StillBlinded
from readerstudy.truth.models import Key
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import QUARTETS, Locked, a_locked_study, a_user, protocol_text

pytestmark = pytest.mark.django_db
REASONS = """
[reading]
reasons = ["noise"]
spots = true
"""


def pick(made: Locked, name: str, *, real: bool) -> None:
    """Pick the real image, or a synthetic one, and point at the first image's upper corner."""
    enrolment = made.reading(name)
    current = Walk(enrolment).current
    assert current is not None
    kinds = {}
    for slot in current.slots.all():
        kinds[slot.letter] = Key.objects.get(trial_image=slot.trial_image_id).provenance.source.kind == "real"
    letter = next(letter for letter, is_real in kinds.items() if is_real is real)
    answer = Answer(
        pick=letter,
        ratings=dict.fromkeys(kinds, 2),
        reasons=(Spot(slot=letter, tag="noise", x=1.5, y=2.5),),
    )
    respond(enrolment, current.token, answer, by=made.people[name], client_uuid=uuid4())


@pytest.fixture
def made() -> Locked:
    """rita is right throughout, ron is fooled throughout."""
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=2), more=REASONS))
    for _ in range(2):
        pick(made, "rita", real=True)
        pick(made, "ron", real=False)
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    return made


def unblinded(made: Locked) -> Section:
    confirm_unblinding(made.study, by=made.owner, reason="done")
    return Section.objects.get(study=made.study)


def cases_of(made: Locked, **chosen: str) -> list[Case]:
    section = Section.objects.get(study=made.study)
    return list(gallery(made.study, section, most=60, **chosen).cases)


def test_cases_stay_closed_until_the_unblinding(made: Locked) -> None:
    with pytest.raises(StillBlinded):
        cases_of(made)
    assert made.client("alice").get(f"/studies/{made.study.slug}/cases/triples/").status_code == 404


def test_cases_are_those_of_all_readers_or_of_one(made: Locked) -> None:
    unblinded(made)
    assert [(case.wrong, case.readers) for case in cases_of(made)] == [(1, 2), (1, 2)]
    assert [case.wrong for case in cases_of(made, reader="R01")] == [0, 0]
    assert [case.wrong for case in cases_of(made, reader="R02")] == [1, 1]


def test_what_was_counted_once_says_the_same_as_the_answers(made: Locked) -> None:
    unblinded(made)
    counted = cases_of(made)
    assert ImageTally.objects.count() == 6
    assert cases_of(made) == counted
    assert {image.mean_rating for case in counted for image in case.images} == {2.0}


def test_one_leafs_through_cases_a_page_after_the_other(
    made: Locked, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readerstudy.desk.cases.pages.PAGE", 1)
    unblinded(made)
    browser, address = made.client("alice"), "/studies/knees/cases/triples/"
    first = browser.get(f"{address}?reader=R02").content.decode()
    assert "2 cases, those that fooled most readers first; here 1 to 1" in first
    assert 'rel="next" href="?reader=R02&amp;start=1"' in first
    second = browser.get(f"{address}?reader=R02&start=1").content.decode()
    assert 'rel="prev" href="?reader=R02&amp;start=0"' in second
    assert 'rel="next"' not in second
    assert {"case-1", "case-2"} == {page.split('<li id="')[1][:6] for page in (first, second)}
    assert browser.get(f"{address}?start=7").status_code == 200
    for wrong in ("9" * 30, "-1", "x"):
        assert browser.get(f"{address}?start={wrong}").status_code == 400


def test_only_who_read_a_section_is_offered_to_look_through(made: Locked) -> None:
    Enrolment.objects.create(
        study=made.study,
        user=a_user("ruth"),
        role=Role.READER,
        place=3,
        pseudonym="R03",
        invited_by=made.owner,
    )
    assert readers_of(unblinded(made)) == ["R01", "R02"]
    body = made.client("alice").get(f"/studies/{made.study.slug}/cases/triples/").content.decode()
    assert "<option >R02</option>" in body
    assert "R03" not in body


def test_a_source_shows_its_cases_by_how_often_it_passed_for_real(made: Locked) -> None:
    unblinded(made)
    of_gan = cases_of(made, source="gan-canary")
    votes = [next(image.votes for image in case.images if image.source == "gan-canary") for case in of_gan]
    assert votes == sorted(votes, reverse=True)
    assert cases_of(made, source="nothing") == []


def test_spots_lie_on_the_image_that_was_pointed_at(made: Locked) -> None:
    unblinded(made)
    cases = cases_of(made)
    spots = [(image.votes, len(image.spots)) for case in cases for image in case.images]
    assert all(votes == count for votes, count in spots)
    assert sum(count for _, count in spots) == 4
    assert cases[0].images[0].tags in ([], [("noise", 1)])
    body = made.client("alice").get(f"/studies/{made.study.slug}/cases/triples/?reader=R01").content.decode()
    assert 'cx="1.5" cy="2.5"' in body
    assert "R01 was" in body
