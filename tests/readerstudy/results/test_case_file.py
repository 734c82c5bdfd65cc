"""One case opened after the unblinding: its images with their truth, and who answered what."""

from uuid import uuid4

import pytest

from readerstudy.reading.answer import Answer
from readerstudy.reading.models import Response
from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.screens import screen_of
from readerstudy.reading.walk import Walk
from readerstudy.results.case_file import CaseFile, case_file
from readerstudy.results.cases import gallery
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Section
from readerstudy.studies.withdraw import withdraw
from readerstudy.truth.errors import StillBlinded
from readerstudy.truth.models import Key
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    QUARTETS,
    RATES,
    Locked,
    a_locked_study,
    an_answer,
    protocol_text,
    read_everything,
)
from tests.readerstudy.results.test_cases import REASONS, pick

pytestmark = pytest.mark.django_db
TWICE = QUARTETS.format(trials=2) + "repeats = 1\n"


def end(made: Locked) -> None:
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")


def opened(made: Locked, section: str, number: int) -> CaseFile:
    found = case_file(made.study, Section.objects.get(study=made.study, name=section), number)
    assert found is not None
    return found


def read(sections: str) -> Locked:
    """rita has read everything, and the study is unblinded."""
    made = a_locked_study(protocol_text(sections=sections), readers=("rita",))
    list(read_everything(made.reading("rita")))
    end(made)
    return made


@pytest.fixture
def made() -> Locked:
    """Everybody saw two triples and one of them again; rita is right throughout, ron fooled throughout."""
    made = a_locked_study(protocol_text(sections=TWICE, more=REASONS))
    for _ in range(3):
        pick(made, "rita", real=True)
        pick(made, "ron", real=False)
    return made


def test_a_case_tells_who_picked_what_and_why(made: Locked) -> None:
    end(made)
    found = opened(made, "triples", 1)
    first = {said.reader: said for said in found.answers if not said.again}
    assert {name: said.right for name, said in first.items()} == {"R01": True, "R02": False}
    assert first["R01"].picked is not None
    assert first["R01"].picked.source == "hospital-canary"
    assert first["R01"].ratings == (2, 2, 2)
    [reason] = first["R01"].reasons
    assert (reason.tag, reason.x, reason.y) == ("noise", 1.5, 2.5)
    rita = Response.objects.select_related("pick").get(
        enrolment__pseudonym="R01", presentation__trial__number=1, presentation__repeats__isnull=True
    )
    assert rita.pick is not None
    assert first["R01"].letter == rita.pick.letter


def test_each_image_names_those_who_voted_for_it(made: Locked) -> None:
    end(made)
    shown = opened(made, "triples", 1).shown
    assert [names for image, names in shown if image.real] == [["R01"]]
    assert sorted(names for image, names in shown if not image.real) == [[], ["R02"]]
    assert all(len(names) == image.votes for image, names in shown)


def test_a_hidden_repeat_stands_beside_its_case_and_is_no_second_vote(made: Locked) -> None:
    end(made)
    files = [opened(made, "triples", number) for number in (1, 2)]
    again = [said.reader for file in files for said in file.answers if said.again]
    assert sorted(again) == ["R01", "R02"]
    assert [(file.case.wrong, file.case.readers) for file in files] == [(1, 2), (1, 2)]
    body = made.client("alice").get("/studies/knees/cases/triples/1/").content.decode()
    body += made.client("alice").get("/studies/knees/cases/triples/2/").content.decode()
    assert body.count("shown again") == 2


def test_who_left_with_their_answers_is_not_in_it(made: Locked) -> None:
    withdraw(made.reading("ron"), by=made.owner, reason="asked to", keep_answers=False)
    end(made)
    assert {said.reader for said in opened(made, "triples", 1).answers} == {"R01"}


def test_one_goes_from_case_to_case_past_obvious_fakes() -> None:
    made = read(QUARTETS.format(trials=3) + "catch = 1\n")
    [fake] = set(
        Key.objects.filter(catch=True, trial_image__trial__section__study=made.study).values_list(
            "trial_image__trial__number", flat=True
        )
    )
    section = Section.objects.get(study=made.study)
    numbers = sorted(case.number for case in gallery(made.study, section, most=60).cases)
    assert case_file(made.study, section, fake) is None
    walked, at = [], next(iter(numbers))
    while at is not None:
        walked.append(at)
        found = opened(made, "triples", at)
        assert found.before == (walked[-2] if len(walked) > 1 else None)
        at = found.after  # type: ignore[assignment]
    assert walked == numbers


def test_a_call_is_right_or_wrong_and_has_its_confidence() -> None:
    made = read(CALLS)
    for number in (1, 2, 3, 4):
        found = opened(made, "calls", number)
        [said] = found.answers
        assert (said.call, said.confidence) == ("synthetic", 2)
        assert said.right is not found.case.images[0].real
        assert found.case.wrong == (0 if said.right else 1)
    browser = made.client("alice")
    assert "confidence 2 of 3" in browser.get("/studies/knees/cases/calls/1/").content.decode()
    [told] = browser.get("/api/studies/knees/cases/calls/1").json()["answers"]
    assert (told["picked"], told["call"], told["confidence"]) == (None, "synthetic", 2)


def test_nobody_is_wrong_about_a_rating() -> None:
    made = read(RATES)
    found = opened(made, "rates", 1)
    assert (found.case.wrong, found.answers[0].right, found.answers[0].ratings) == (0, None, (3,))
    for page in ("cases/rates/", "cases/rates/1/"):
        body = made.client("alice").get(f"/studies/knees/{page}").content.decode()
        assert "mean rating 3.00" in body
        assert "wrong" not in body
        assert "took it for real" not in body


def test_a_label_that_was_doubted_says_what_was_seen_instead() -> None:
    made = a_locked_study(protocol_text(sections=CHECKS), readers=("rita",))
    rita = made.reading("rita")
    current = Walk(rita).current
    assert current is not None
    [slot] = current.slots.all()
    intended = slot.trial_image.label["grade"]
    choices = screen_of(current, made.document, made.study.lock.plan_digest).label_choices["grade"]
    seen = next(value for value in choices if value != intended)
    doubt = Answer(verdict="discrepant", observed={"grade": seen})
    took = Timing(response_ms=12_345)
    respond(rita, current.token, doubt, by=made.people["rita"], client_uuid=uuid4(), timing=took)
    list(read_everything(rita))
    end(made)
    number = current.trial.number
    found = opened(made, "checks", number)
    assert (found.answers[0].verdict, found.answers[0].observed) == ("discrepant", {"grade": seen})
    assert (found.case.images[0].label, found.case.images[0].votes) == ({"grade": intended}, 0)
    body = made.client("alice").get(f"/studies/knees/cases/checks/{number}/").content.decode()
    assert f"saw grade {seen}" in body
    assert '<td class="number">12.3</td>' in body
    assert "0 of 1 found that it fits" in body
    gallery = made.client("alice").get("/studies/knees/cases/checks/").content.decode()
    assert gallery.index(f'id="case-{number}"') == gallery.index('id="case-')
    assert gallery.count("<strong>0 of 1</strong> readers did not find that the label fits") == 3


def test_an_answer_that_was_corrected_counts_as_it_stands() -> None:
    text = protocol_text(sections=QUARTETS.format(trials=1), more="[reading]\nallow_back = true\n")
    made = a_locked_study(text, readers=("rita",))
    rita = made.reading("rita")
    current = Walk(rita).current
    assert current is not None
    answers = [an_answer(rita, letter=letter) for letter in "AB"]
    for answer in answers:
        respond(rita, current.token, answer, by=made.people["rita"], client_uuid=uuid4())
    end(made)
    [said] = opened(made, "triples", 1).answers
    assert (said.letter, said.revision) == ("B", 2)
    assert "corrected" in made.client("alice").get("/studies/knees/cases/triples/1/").content.decode()


def test_a_case_stays_closed_until_the_unblinding(made: Locked) -> None:
    freeze_study(made.study, by=made.owner, reason="done")
    with pytest.raises(StillBlinded):
        opened(made, "triples", 1)
    for name in ("alice", "anna", "carl", "rita"):
        assert made.client(name).get("/studies/knees/cases/triples/1/").status_code == 404


def test_after_it_a_case_is_for_those_who_may_unblind(made: Locked) -> None:
    end(made)
    for page in ("/studies/knees/cases/triples/1/", "/api/studies/knees/cases/triples/1"):
        statuses = {name: made.client(name).get(page).status_code for name in made.people}
        assert statuses == {"alice": 200, "anna": 200, "carl": 404, "rita": 404, "ron": 404}


@pytest.mark.parametrize("number", ["0", "99", "9" * 30])
def test_a_case_that_there_is_not_is_not_found(made: Locked, number: str) -> None:
    end(made)
    assert made.client("alice").get(f"/studies/knees/cases/triples/{number}/").status_code == 404
    assert made.client("alice").get(f"/api/studies/knees/cases/triples/{number}").status_code == 404


def test_the_way_back_leads_to_the_case_among_the_ones_that_were_chosen(made: Locked) -> None:
    end(made)
    browser = made.client("alice")
    gallery = browser.get("/studies/knees/cases/triples/?reader=R02").content.decode()
    assert '<a href="/studies/knees/cases/triples/1/?reader=R02">Case 1</a>' in gallery
    case = browser.get("/studies/knees/cases/triples/1/?reader=R02").content.decode()
    assert 'href="/studies/knees/cases/triples/?reader=R02#case-1"' in case


def test_the_api_tells_the_same(made: Locked) -> None:
    end(made)
    told = made.client("anna").get("/api/studies/knees/cases/triples/1").json()
    assert (told["before"], told["after"], len(told["case"]["images"])) == (None, 2, 3)
    rita = next(answer for answer in told["answers"] if answer["reader"] == "R01")
    assert (rita["picked"], rita["right"], rita["ratings"]) == ("hospital-canary", True, [2, 2, 2])
    assert rita["reasons"][0]["tag"] == "noise"
