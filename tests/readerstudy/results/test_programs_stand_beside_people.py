"""Answers of a program are shown, and never counted with those of people."""

from uuid import uuid4

import pytest

from readerstudy.desk.cases.queries import looked_at
from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.walk import Walk
from readerstudy.results.case_file import case_file
from readerstudy.results.cases import gallery
from readerstudy.results.errors import LookHasNoResult, LookIsNotDue
from readerstudy.results.interim import next_look
from readerstudy.results.tallies import readers_of
from readerstudy.studies.enrol_program import ProgramFacts, enrol_program
from readerstudy.studies.models import Enrolment, Section
from readerstudy.studies.withdraw import withdraw
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers
from tests.readerstudy.factory import CALLS, Locked, a_locked_study, a_user, an_answer, protocol_text
from tests.readerstudy.results import test_interim_looks as interim
from tests.readerstudy.results.test_case_file import end

pytestmark = pytest.mark.django_db


def a_program_reads(made: Locked) -> Enrolment:
    facts = ProgramFacts(model="eye", version="1")
    reader = enrol_program(made.study, facts, holder=a_user("hugo"), by=made.owner)
    everything_read(reader)
    return reader


def everything_read(reader: Enrolment) -> None:
    by = reader.person
    assert by is not None
    while (shown := Walk(reader).current) is not None:
        timing = Timing(response_ms=1000)
        respond(reader, shown.token, an_answer(reader), by=by, client_uuid=uuid4(), timing=timing)


def test_a_program_has_no_vote_in_a_case_and_no_part_in_a_map() -> None:
    made = a_locked_study(protocol_text(sections=CALLS), readers=("rita",))
    everything_read(made.reading("rita"))
    program = a_program_reads(made)
    end(made)
    section = Section.objects.get(study=made.study)
    [case, *_] = gallery(made.study, section, most=9).cases
    assert {image.readers for image in case.images} == {1}
    assert program.pseudonym in readers_of(section)
    [alone, *_] = gallery(made.study, section, reader=program.pseudonym, most=9).cases
    assert {image.readers for image in alone.images} == {1}
    opened = case_file(made.study, section, case.number)
    assert opened is not None
    assert {said.reader: said.program for said in opened.answers} == {"R01": False, program.pseudonym: True}
    assert {name for _, names in opened.shown for name in names} <= {"R01"}
    looked = looked_at(made.study, section, case.number)
    assert looked is not None
    assert [one["reader"] for one in looked["readers"]] == ["R01"]
    assert looked["images"][0]["seconds"] == 1.0


def test_a_program_is_none_of_the_readers_that_a_look_needs() -> None:
    made = interim.with_monitor(interim.planned("[looks]\nat = [50]\n", readers=interim.READERS[:3]))
    for name in interim.READERS[:2]:
        interim.read(made, name, misses=4)
    program = a_program_reads(made)
    due = next_look(made.study)
    assert program.responses.count() == 15
    assert due is not None
    assert (due.answers, due.is_due) == (30, True)
    with pytest.raises(LookHasNoResult, match="Only 2 of 4 readers have answered"):
        interim.look(made)


def test_virtual_readers_decide_nothing_beside_people() -> None:
    """Whoever adds readers as good as they choose would learn from “stop” how good the people are."""
    made = interim.with_monitor(interim.planned("[looks]\nat = [50]\n", readers=interim.READERS[:1]))
    interim.read(made, "rita", misses=4)
    simulate_readers(made.study, 2, Skill(accuracy=0.6), by=made.owner, seed=1, on_answer=lambda: None)
    due = next_look(made.study)
    assert due is not None
    assert due.is_due
    with pytest.raises(LookHasNoResult, match="Withdraw the virtual readers"):
        interim.look(made)
    for one in Enrolment.objects.filter(study=made.study, virtual=True):
        withdraw(one, by=made.owner, reason="a trial run", keep_answers=False)
    with pytest.raises(LookIsNotDue, match="now there are 15"):
        interim.look(made)
