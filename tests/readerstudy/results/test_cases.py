"""Looking into cases after the unblinding: by reader, by source, with the spots people pointed at."""

from uuid import uuid4

import pytest

from readerstudy.reading.answer import Answer, Spot
from readerstudy.reading.respond import respond
from readerstudy.reading.walk import Walk
from readerstudy.results.cases import by_source, cases_of, readers_of
from readerstudy.results.freeze import freeze_study
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


def test_cases_stay_closed_until_the_unblinding(made: Locked) -> None:
    with pytest.raises(StillBlinded):
        cases_of(made.study, Section.objects.get(study=made.study))
    assert made.client("alice").get(f"/studies/{made.study.slug}/cases/triples/").status_code == 404


def test_cases_are_those_of_all_readers_or_of_one(made: Locked) -> None:
    section = unblinded(made)
    assert [(case.wrong, case.readers) for case in cases_of(made.study, section)] == [(1, 2), (1, 2)]
    assert [case.wrong for case in cases_of(made.study, section, reader="R01")] == [0, 0]
    assert [case.wrong for case in cases_of(made.study, section, reader="R02")] == [1, 1]


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
    cases = cases_of(made.study, unblinded(made))
    of_gan = by_source(cases, "gan-canary")
    shares = [next(image.share for image in case.images if image.source == "gan-canary") for case in of_gan]
    assert shares == sorted(shares, reverse=True)
    assert by_source(cases, "nothing") == []


def test_spots_lie_on_the_image_that_was_pointed_at(made: Locked) -> None:
    cases = cases_of(made.study, unblinded(made))
    spots = [(image.votes, len(image.spots)) for case in cases for image in case.images]
    assert all(votes == count for votes, count in spots)
    assert sum(count for _, count in spots) == 4
    assert cases[0].images[0].tags in ([], [("noise", 1)])
    body = made.client("alice").get(f"/studies/{made.study.slug}/cases/triples/?reader=R01").content.decode()
    assert 'cx="1.5" cy="2.5"' in body
    assert "R01 was" in body
