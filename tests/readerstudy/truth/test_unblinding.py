"""Freeze, then unblind in two steps, by two people where the protocol says so."""

import pytest
from django.db import DatabaseError, transaction

from readerstudy.reading.errors import ReadingError
from readerstudy.reading.models import Response
from readerstudy.reading.verify_answers import digest_of_answers
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.errors import ReasonMissing, StudyIsFrozen, StudyIsNotLocked
from readerstudy.studies.invite import invite_reader
from readerstudy.studies.models import Freeze
from readerstudy.truth.errors import NotAskedFor, NotFrozen, SecondPersonNeeded
from readerstudy.truth.models import Unblinding, UnblindingRequest
from readerstudy.truth.unblind import confirm_unblinding, is_unblinded, request_unblinding
from tests.readerstudy.factory import (
    Locked,
    a_locked_study,
    a_planned_study,
    a_user,
    answer_next,
    protocol_text,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Locked:
    made = a_locked_study()
    answer_next(made.reading("rita"))
    return made


def test_only_a_locked_study_is_frozen_and_with_a_reason(made: Locked) -> None:
    with pytest.raises(StudyIsNotLocked):
        freeze_study(a_planned_study(slug="hips"), by=made.owner, reason="done")
    with pytest.raises(ReasonMissing):
        freeze_study(made.study, by=made.owner, reason=" ")


def test_the_freeze_names_the_data_and_takes_no_answer_any_more(made: Locked) -> None:
    freeze = freeze_study(made.study, by=made.owner, reason="done")
    assert freeze.data_digest == digest_of_answers(made.study).hexdigest()
    assert freeze_study(made.study, by=made.owner, reason="again") == freeze
    with pytest.raises(ReadingError):
        answer_next(made.reading("rita"))
    with pytest.raises(StudyIsFrozen):
        invite_reader(made.study, "late@example.org", by=made.owner)
    # Nor does the database take one that goes past the verbs.
    late = Response.objects.earliest("pk")
    late.pk, late.revision, late._state.adding = None, 9, True
    late.client_uuid = "00000000-0000-0000-0000-000000000001"  # type: ignore[assignment]
    with pytest.raises(DatabaseError), transaction.atomic():
        late.save(force_insert=True)


def test_no_milestone_passes_over_another_even_past_the_verbs(made: Locked) -> None:
    draft, how = a_planned_study(slug="hips"), {"by": made.owner, "reason": "in a hurry"}
    with pytest.raises(DatabaseError, match="locked before it is frozen"), transaction.atomic():
        Freeze.objects.create(study=draft, data_digest="0" * 64, responses=0, **how)
    with pytest.raises(DatabaseError, match="frozen before it is unblinded"), transaction.atomic():
        UnblindingRequest.objects.create(study=made.study, **how)
    freeze_study(other := a_locked_study(slug="feet").study, **how)
    asked = request_unblinding(other, **how)
    with pytest.raises(DatabaseError, match="frozen before it is unblinded"), transaction.atomic():
        Unblinding.objects.create(study=made.study, request=asked, **how)


def test_unblinding_is_asked_for_after_the_freeze_and_confirmed_after_that(made: Locked) -> None:
    with pytest.raises(NotFrozen):
        request_unblinding(made.study, by=made.owner, reason="all is in")
    freeze_study(made.study, by=made.owner, reason="done")
    with pytest.raises(NotAskedFor):
        confirm_unblinding(made.study, by=made.owner, reason="all is in")
    with pytest.raises(ReasonMissing):
        request_unblinding(made.study, by=made.owner, reason="")
    asked = request_unblinding(made.study, by=made.owner, reason="all is in")
    assert request_unblinding(made.study, by=a_user("anna"), reason="me too") == asked
    assert not is_unblinded(made.study)
    with pytest.raises(ReasonMissing):
        confirm_unblinding(made.study, by=made.owner, reason="")
    done = confirm_unblinding(made.study, by=made.owner, reason="all is in")
    assert confirm_unblinding(made.study, by=made.owner, reason="again") == done


def test_two_people_unblind_where_the_protocol_says_so() -> None:
    made = a_locked_study(protocol_text(study="unblinding_people = 2\n"))
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="all is in")
    with pytest.raises(SecondPersonNeeded):
        confirm_unblinding(made.study, by=made.owner, reason="all is in")
    confirm_unblinding(made.study, by=made.people["anna"], reason="agreed")
    assert Unblinding.objects.get(study=made.study).by == made.people["anna"]
