"""Whatever the platform's own verbs do to a study, it agrees with its log: no false alarm stops an export."""

import json
from collections.abc import Iterator
from io import StringIO
from typing import Any
from unittest.mock import patch
from uuid import uuid4

import pytest
from django.core.management import call_command

from readerstudy.audit.models import Event
from readerstudy.desk.rehearsal.preview import preview_study
from readerstudy.reading.answer import Spot
from readerstudy.reading.respond import Timing, respond
from readerstudy.reading.stored_answers import StoredAnswer
from readerstudy.reading.walk import Walk
from readerstudy.results.freeze import data_digest_of_version_1, freeze_study
from readerstudy.results.verify_study import verify_study
from readerstudy.studies.invite import invite_reader, invite_staff, readdress
from readerstudy.studies.models import Enrolment, Study
from readerstudy.studies.withdraw import replace_reader, withdraw
from readerstudy.truth.allocate import allocate
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Source
from readerstudy.truth.sources import Origin, add_images
from readerstudy.truth.take_out import take_out
from readerstudy.truth.virtual.enrol import invite_virtual
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    PRACTICE,
    QUARTETS,
    Locked,
    a_locked_study,
    a_planned_study,
    a_user,
    an_answer,
    answer_next,
    protocol_text,
    read_everything,
)
from tests.readerstudy.results.behind_the_triggers import rewrite

pytestmark = pytest.mark.django_db

BACK = '[reading]\nallow_back = true\nreasons = ["texture"]\nspots = true\n'
TIMES: dict[str, Any] = {"clock": {"submitted_at": "2026-11-28T10:00:00Z"}, "x": 1.0, "y": [1e20, 0.1, -0.0]}


def findings(study: Study) -> list[str]:
    return [str(finding) for finding in verify_study(Study.objects.get(pk=study.pk))]


def test_practice_repeats_reasons_and_corrections() -> None:
    sections = PRACTICE + QUARTETS.format(trials=3) + "repeats = 1\n" + CALLS + CHECKS
    made = a_locked_study(protocol_text(sections=sections, more=BACK))
    rita = made.reading("rita")
    while (walk := Walk(rita)).current is not None:
        answer = an_answer(rita)
        spots = (Spot(slot="A", tag="texture", x=3, y=4.5), Spot(slot="A", x=1, y=2))
        timing = Timing(response_ms=12, active_ms=10, particulars=TIMES)
        for _ in range(2 if walk.may_go_back_to(walk.current) else 1):
            respond(
                rita,
                walk.current.token,
                type(answer)(**{**vars(answer), "reasons": spots}),
                by=made.people["rita"],
                client_uuid=uuid4(),
                timing=timing,
            )
    assert findings(made.study) == []
    freeze_study(made.study, by=made.owner, reason="done")
    assert findings(made.study) == []


def test_people_who_come_go_and_are_replaced() -> None:
    made = a_locked_study(protocol_text(sections=CALLS), readers=("rita",))
    owner = made.owner
    answer_next(made.reading("rita"))
    never_came = invite_reader(made.study, "nobody@example.org", by=owner).enrolment
    withdraw(never_came, by=owner, reason="never came", keep_answers=False)
    mistyped = invite_reader(made.study, "ronn@example.org", by=owner).enrolment
    readdress(mistyped, "ron@example.org", by=owner, reason="mistyped")
    replace_reader(made.reading("rita"), "rolf@example.org", by=owner, reason="ill", keep_answers=False)
    invite_staff(made.study, "olaf@example.org", "owner", by=owner)
    invite_virtual(made.study, 1, by=owner)
    assert Enrolment.objects.get(user=None, virtual=True)
    assert findings(made.study) == []


def test_images_taken_out_and_planned_anew() -> None:
    study = a_planned_study(protocol_text(sections=CALLS))
    alice = a_user("alice")
    source = Source.objects.get(study=study, name="hospital-canary")
    first = source.provenances.order_by("pk").first()
    assert first is not None
    take_out(source, by=alice, reason="wrong", only=[first.pk])
    add_images(source, [Origin(image=first.image, labels={"grade": "1"})], by=alice)
    allocate(study, by=alice)
    assert findings(study) == []


def test_a_rehearsal_and_its_readers() -> None:
    made = a_locked_study(protocol_text(sections=CALLS))
    twin = preview_study(made.study, by=made.owner)
    call_command("simulate_readers", twin.slug, "--readers", "2", stdout=StringIO())
    assert Event.objects.filter(verb="answer given").count() == 8
    assert findings(twin) == []
    assert findings(made.study) == []


@pytest.fixture
def before_this_version() -> Iterator[None]:
    """The log as earlier versions wrote it: answers by their words, truth not sealed, no ends."""
    with (
        patch.object(StoredAnswer, "_digest_of_everything", property(lambda self: self._digest_of_words)),
        patch("readerstudy.reading.respond.VERSION", 1),
        patch("readerstudy.results.freeze.DATA_VERSION", 1),
        patch("readerstudy.results.freeze.keep_ends"),
    ):
        yield


def _forget_what_is_new(made: Locked) -> None:
    """Write the particulars anew that earlier versions did not have; the chain is made to fit."""
    from readerstudy.audit.chain import digest_of, seal_of
    from readerstudy.audit.models import Stream

    new = ("truth", "version", "place", "virtual", "place_given_up", "keyed", "document")
    for stream in Stream.objects.all():
        previous = "0" * 64
        for event in stream.events.order_by("number"):
            said = {name: value for name, value in event.particulars.items() if name not in new}
            if event.verb == "study frozen":
                said["data"], said["responses"] = data_digest_of_version_1(made.study)
                rewrite(f"UPDATE studies_freeze SET data_digest = '{said['data']}'")
            if event.verb == "questionnaire filled":
                said.pop("answers", None)
            event.particulars, event.previous = said, previous
            previous = event.digest = digest_of(event, stream=stream.name)
            rewrite(
                f"UPDATE audit_event SET particulars = '{json.dumps(said)}', previous = '{event.previous}', "
                f"digest = '{event.digest}' WHERE id = {event.pk}"
            )
        stream.head = previous
        rewrite(
            f"UPDATE audit_stream SET head = '{previous}', seal = '{seal_of(stream)}' WHERE id = {stream.pk}"
        )
    rewrite("DELETE FROM truth_truthseal", "UPDATE reading_questionnaire SET salt = NULL")


@pytest.mark.usefixtures("before_this_version")
def test_a_study_from_before_this_version_is_whole_and_still_guarded() -> None:
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=2) + CALLS, more=BACK))
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    freeze_study(made.study, by=made.owner, reason="done")
    _forget_what_is_new(made)
    event = Event.objects.filter(verb="answer given").first()
    assert event is not None
    assert "version" not in event.particulars
    assert findings(made.study) == []
    rewrite("UPDATE reading_response SET call = 'real' WHERE call = 'synthetic'")
    assert any("was changed" in what for what in findings(made.study))
    rewrite("UPDATE reading_response SET call = 'synthetic' WHERE call = 'real'")
    assert findings(made.study) == []
    rewrite("UPDATE truth_source SET kind = 'real'")
    assert any("does not have the kind that the protocol gives it" in what for what in findings(made.study))
    rewrite("UPDATE truth_key SET catch = (1 = 1) WHERE id = (SELECT min(id) FROM truth_key)")
    assert any("The stored plan does not match its digest" in what for what in findings(made.study))


def test_a_twin_lock_is_sealed_with_its_own_secret() -> None:
    first, second = (a_planned_study(protocol_text(sections=CALLS), slug=slug) for slug in ("knees", "hips"))
    for study in (first, second):
        lock_study(study, by=a_user("alice"), reason="ready")
    told = {event.particulars["truth"] for event in Event.objects.filter(verb="study locked")}
    assert len(told) == 2
