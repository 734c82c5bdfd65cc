"""Answers of a program are shown, and never counted with those of people."""

from uuid import uuid4

import pytest

from readerstudy.desk.cases.queries import looked_at
from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.walk import Walk
from readerstudy.results.case_file import case_file
from readerstudy.results.cases import gallery
from readerstudy.results.errors import LookHasNoResult
from readerstudy.results.interim import next_look
from readerstudy.results.tallies import readers_of
from readerstudy.studies.enrol_program import ProgramFacts, enrol_program
from readerstudy.studies.models import Enrolment, Section
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
