"""Whoever rewrites answers or truth by SQL is found, named by row, and gets no export."""

from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from readerstudy.accounts.models import User
from readerstudy.audit.models import Stream
from readerstudy.reading.models import Rating, Reason, Response, Slot
from readerstudy.results.bundle import export_bundle
from readerstudy.results.errors import NotWhole
from readerstudy.results.exports import reproduction_zip
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.results.tallies import settled_counts
from readerstudy.results.verify_study import verify_study
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Enrolment, Study, TrialImage
from readerstudy.studies.withdraw import withdraw
from readerstudy.truth.disclose import Case, confirm_disclosure, request_disclosure
from readerstudy.truth.duplicate import duplicate
from readerstudy.truth.errors import SecretUnreadable
from readerstudy.truth.models import DisclosureRequest, Provenance, Source
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    PRACTICE,
    QUARTETS,
    Locked,
    a_leader,
    a_locked_study,
    kept_for_a_module,
    protocol_text,
    read_everything,
)
from tests.readerstudy.results.behind_the_triggers import rewrite

pytestmark = pytest.mark.django_db

SECTIONS = QUARTETS.format(trials=3) + "repeats = 1\ncatch = 1\n" + CALLS + CHECKS


def findings(study: Study) -> list[str]:
    return [str(finding) for finding in verify_study(Study.objects.get(pk=study.pk))]


@pytest.fixture(scope="module")
def _made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Locked]:
    """A study that was read by two, one of whom was withdrawn; frozen and unblinded."""
    with kept_for_a_module(django_db_blocker.unblock()):
        made = a_locked_study(protocol_text(sections=SECTIONS))
        for name in ("rita", "ron"):
            list(read_everything(made.reading(name)))
        withdraw(made.reading("ron"), by=made.owner, reason="ill", keep_answers=True)
        end(made)
        yield made


@pytest.fixture
def made(_made: Locked, db: None) -> Locked:
    return _made.afresh()


def end(made: Locked) -> None:
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.people["anna"], reason="done")
    made.study = Study.objects.get(pk=made.study.pk)


def no_export_leaves(made: Locked, out: Path, row: str) -> None:
    """Each way out refuses, with the row for the owner and without it for the analyst."""
    ways: list[Callable[[User], object]] = [
        lambda by: export_bundle(made.study, out / "bundle", by=by, masked=False),
        lambda by: export_bundle(made.study, out / "masked", by=by, masked=True),
        lambda by: export_report(made.study, out / "report", by=by),
        lambda by: reproduction_zip(made.study, out / "reproduce.zip", by=by),
    ]
    for way in ways:
        with pytest.raises(NotWhole) as told:
            way(made.owner)
        assert row in str(told.value)
        with pytest.raises(NotWhole) as told:
            way(made.people["anna"])
        assert row not in str(told.value)
    assert not list(out.iterdir())
    with pytest.raises(CommandError, match="not what its log says") as failed:
        call_command("check_integrity", made.study.slug)
    assert row in str(failed.value)


def test_an_untouched_study_is_whole(made: Locked, tmp_path: Path) -> None:
    assert findings(made.study) == []
    call_command("check_integrity", made.study.slug, "--pixels", stdout=StringIO())
    export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=False)


def test_picks_rewritten_after_the_freeze_are_found_and_nothing_is_exported(
    made: Locked, tmp_path: Path
) -> None:
    real = "SELECT s.id FROM reading_slot s JOIN truth_key k ON k.trial_image_id = s.trial_image_id "
    real += "WHERE k.alternative = 'hospital-canary' AND s.presentation_id = reading_response.presentation_id"
    picks = Response.objects.exclude(pick=None)
    before = dict(picks.values_list("pk", "pick_id"))
    rewrite(f"UPDATE reading_response SET pick_id = ({real}) WHERE pick_id IS NOT NULL")
    changed = [pk for pk, pick in picks.values_list("pk", "pick_id") if before[pk] != pick]
    found = findings(made.study)
    assert changed
    for pk in changed:
        assert any(f"answer {pk} (" in what for what in found)
    assert any("that were frozen: they were changed" in what for what in found)
    no_export_leaves(made, tmp_path, f"answer {changed[0]} (")


COLUMNS = [
    "call = 'real' WHERE call = 'synthetic'",
    "confidence = 3 WHERE confidence IS NOT NULL",
    "verdict = 'unsure' WHERE verdict = 'fits'",
    "response_ms = 1234",
    "active_ms = 1234",
    "timing = '{\"clock\": {}}'",
    "received_at = '2020-01-01 00:00:00+00:00'",
    "revision = revision + 1",
    "client_uuid = '00000000000000000000000000000001' WHERE id = (SELECT max(id) FROM reading_response)",
    "digest = 'other'",
]


@pytest.mark.parametrize("change", COLUMNS)
def test_every_column_of_an_answer_is_held_against_its_event(made: Locked, change: str) -> None:
    changed = rewrite(f"UPDATE reading_response SET {change}")
    assert changed
    found = findings(made.study)
    assert sum("was changed" in what and "answer" in what for what in found) == changed


def test_ratings_reasons_and_spots_are_held_against_their_event(made: Locked) -> None:
    rated = Rating.objects.first()
    assert rated is not None
    rewrite(f"UPDATE reading_rating SET points = 1 WHERE id = {rated.pk}")
    assert any(f"answer {rated.response_id} (" in what for what in findings(made.study))
    rewrite(f"UPDATE reading_rating SET points = {rated.points} WHERE id = {rated.pk}")
    assert findings(made.study) == []
    with_pick = Response.objects.exclude(pick=None).first()
    assert with_pick is not None
    said = f"({with_pick.pk}, {with_pick.pick_id}, 'noise', 1, 1)"
    rewrite(f"INSERT INTO reading_reason (response_id, slot_id, tag, x, y) VALUES {said}")
    assert any(f"answer {with_pick.pk} (" in what for what in findings(made.study))
    assert Reason.objects.count() == 1


def test_a_pick_pointed_at_the_same_letter_of_another_screen_is_found(made: Locked) -> None:
    answer = Response.objects.exclude(pick=None).select_related("pick").first()
    assert answer is not None
    assert answer.pick is not None
    twin = Slot.objects.filter(position=answer.pick.position).exclude(pk=answer.pick_id).first()
    assert twin is not None
    rewrite(f"UPDATE reading_response SET pick_id = {twin.pk} WHERE id = {answer.pk}")
    assert any(f"answer {answer.pk} (" in what for what in findings(made.study))


def test_a_removed_answer_is_named(made: Locked) -> None:
    answer = Response.objects.filter(pick=None).order_by("pk").last()
    assert answer is not None
    rewrite(f"DELETE FROM reading_response WHERE id = {answer.pk}")
    assert any(f"answer {answer.pk} (" in what and "was removed" in what for what in findings(made.study))


def test_an_inserted_answer_has_no_event(made: Locked) -> None:
    answer = Response.objects.filter(pick=None).order_by("pk").last()
    assert answer is not None
    rewrite(
        "INSERT INTO reading_response (presentation_id, enrolment_id, revision, client_uuid, digest, "
        "received_at, call, verdict, observed, timing) SELECT presentation_id, enrolment_id, 9, "
        "'00000000000000000000000000000009', digest, received_at, call, verdict, observed, timing "
        f"FROM reading_response WHERE id = {answer.pk}"
    )
    new = Response.objects.get(revision=9)
    assert any(f"answer {new.pk} (" in what and "inserted" in what for what in findings(made.study))


def test_real_and_synthetic_swapped_in_the_provenance_are_found(made: Locked, tmp_path: Path) -> None:
    real, fake = (
        Source.objects.get(study=made.study, name=name).pk
        for name in ("hospital-canary", "checkpoint-canary")
    )
    rewrite(
        f"UPDATE truth_provenance SET source_id = CASE source_id WHEN {real} THEN {fake} ELSE {real} END "
        f"WHERE source_id IN ({real}, {fake})"
    )
    swapped = Provenance.objects.filter(source__in=[real, fake]).first()
    assert swapped is not None
    found = findings(made.study)
    assert any(f"truth_provenance:{swapped.pk} was changed" in what for what in found)
    assert not any("canary" in what for what in found)
    no_export_leaves(made, tmp_path, "truth_provenance:")


TRUTH = [
    ("UPDATE truth_source SET kind = 'real'", "truth_source:"),
    ("UPDATE truth_source SET generated = 1", "truth_source:"),
    ('UPDATE truth_provenance SET labels = \'{"grade": "9"}\'', "truth_provenance:"),
    ("UPDATE truth_key SET catch = (1 = 1) WHERE id = (SELECT min(id) FROM truth_key)", "truth_key:"),
    ("UPDATE truth_key SET alternative = 'x' WHERE id = (SELECT min(id) FROM truth_key)", "truth_key:"),
    ('UPDATE studies_trialimage SET label = \'{"grade": "9"}\'', "studies_trialimage:"),
    ("UPDATE studies_section SET practice = (1 = 1)", "studies_section:"),
    (
        "UPDATE reading_presentation SET repeats_id = id - 1 WHERE repeats_id IS NOT NULL",
        "the walk of place",
    ),
    ("UPDATE reading_slot SET position = position + 4", "the walk of place"),
    ("UPDATE truth_plan SET digest = 'x'", "the plan is not the one that was locked"),
    ("UPDATE studies_lock SET plan_digest = 'x'", "plan was changed"),
    ("UPDATE studies_lock SET reason = 'x'", "reason was changed"),
    ("UPDATE studies_freeze SET data_digest = 'x'", "data was changed"),
    ("UPDATE truth_unblinding SET reason = 'x'", "reason was changed"),
    ("UPDATE studies_protocol SET text = text || ' '", "not the one that was locked"),
    ("UPDATE studies_study SET title = 'Other'", "the title of the study"),
    ("UPDATE truth_truthseal SET salt = 'x'", "was changed after the lock"),
    ("DELETE FROM truth_truthseal", "the seals of the truth are not those of the lock"),
]


@pytest.mark.parametrize(("statement", "what"), TRUTH, ids=[statement for statement, _ in TRUTH])
def test_whatever_was_locked_is_held_against_the_lock(made: Locked, statement: str, what: str) -> None:
    assert rewrite(statement)
    assert any(what in found for found in findings(made.study))


PEOPLE = [
    ("UPDATE studies_enrolment SET virtual = (1 = 1) WHERE pseudonym = 'R01'", "virtual was changed"),
    ("UPDATE studies_enrolment SET pseudonym = 'R09' WHERE pseudonym = 'R01'", "reader was changed"),
    ("UPDATE studies_enrolment SET place = 4 WHERE pseudonym = 'R01'", "place was changed"),
    ("UPDATE studies_enrolment SET role = 'owner' WHERE role = 'analyst'", "role was changed"),
    ("UPDATE studies_withdrawal SET keep_answers = (1 = 0)", "keep_answers was changed"),
    ("DELETE FROM studies_withdrawal", "the withdrawal of enrolment"),
    ("UPDATE reading_consent SET text_digest = 'x'", "text was changed"),
    ("DELETE FROM reading_briefing", "the briefing of enrolment"),
    ("DELETE FROM reading_submission", "handing in by enrolment"),
]


@pytest.mark.parametrize(("statement", "what"), PEOPLE, ids=[statement for statement, _ in PEOPLE])
def test_people_and_their_steps_are_held_against_the_log(made: Locked, statement: str, what: str) -> None:
    assert rewrite(statement)
    assert any(what in found for found in findings(made.study))


def test_a_withdrawal_inserted_to_drop_a_reader_is_found(made: Locked) -> None:
    rewrite(
        "INSERT INTO studies_withdrawal (enrolment_id, by_id, at, reason, keep_answers) "
        "SELECT id, invited_by_id, invited_at, 'x', (1 = 0) FROM studies_enrolment WHERE pseudonym = 'R01'"
    )
    assert any("withdrawal" in what and "inserted" in what for what in findings(made.study))


def test_a_reader_removed_with_stream_and_answers_is_found(made: Locked, tmp_path: Path) -> None:
    reader = Enrolment.objects.get(pseudonym="R02").pk
    stream = Stream.objects.get(name=f"study:{made.study.pk}/enrolment:{reader}").pk
    mine = f"(SELECT id FROM reading_response WHERE enrolment_id = {reader})"
    rewrite(
        f"DELETE FROM reading_rating WHERE response_id IN {mine}",
        *(f"DELETE FROM reading_{table} WHERE enrolment_id = {reader}" for table in BELONGINGS),
        f"DELETE FROM audit_event WHERE stream_id = {stream}",
        f"DELETE FROM audit_stream WHERE id = {stream}",
    )
    found = findings(made.study)
    assert any("was there when ends were kept and is gone" in what for what in found)
    assert any("that were frozen" in what for what in found)
    no_export_leaves(made, tmp_path, f"enrolment:{reader}: event #")
    rewrite("DELETE FROM studies_withdrawal", f"DELETE FROM studies_enrolment WHERE id = {reader}")
    assert any(f"enrolment {reader} was recorded and is gone" in what for what in findings(made.study))


BELONGINGS = (
    "response", "submission", "consent", "questionnaire", "briefing", "tally", "choice", "sitting",
)  # fmt: skip


def test_a_tail_cut_with_its_old_seal_restored_is_found(made: Locked) -> None:
    """The seal of an earlier end is a good seal; that the end was later is known elsewhere."""
    reading = a_locked_study(protocol_text(sections=PRACTICE + CALLS), slug="hips")
    rita = reading.reading("rita")
    answers = read_everything(rita)
    next(answers)
    old = Stream.objects.get(name=rita.stream)
    last = next(answers).response
    end(reading)
    rewrite(
        f"DELETE FROM reading_response WHERE id >= {last.pk}",
        f"DELETE FROM audit_event WHERE stream_id = {old.pk} AND number > {old.length}",
        f"UPDATE audit_stream SET length = {old.length}, head = '{old.head}', seal = '{old.seal}' "
        f"WHERE id = {old.pk}",
    )
    assert any("was there when ends were kept and is gone" in what for what in findings(reading.study))


def test_an_export_names_no_row_that_is_not_of_its_study(made: Locked) -> None:
    other = a_locked_study(protocol_text(sections=CALLS), slug="hips")
    list(read_everything(other.reading("rita")))
    rewrite("UPDATE reading_response SET response_ms = 1 WHERE id = (SELECT max(id) FROM reading_response)")
    assert findings(made.study) == []
    assert findings(other.study) != []


def test_an_emergency_invented_to_drop_a_trial_from_the_analysis_is_found(made: Locked) -> None:
    image = TrialImage.objects.filter(trial__section__study=made.study).first()
    assert image is not None
    by, at = made.owner.pk, "'2026-01-01 00:00:00+00:00'"
    rewrite(
        "INSERT INTO truth_disclosurerequest (study_id, trial_image_id, by_id, at, reason, reader, section, "
        f"number, letter, recipient, email) VALUES ({made.study.pk}, {image.pk}, {by}, {at}, 'x', 'R01', "
        "'triples', 1, 'A', 'x', 'x@example.com')",
    )
    request = DisclosureRequest.objects.get().pk
    assert any(f"the disclosure request {request} is not in the log" in w for w in findings(made.study))
    rewrite(
        f"INSERT INTO truth_disclosure (request_id, by_id, at, reason) VALUES ({request}, {by}, {at}, 'x')"
    )
    assert any(f"the disclosure of request {request} is not in the log" in w for w in findings(made.study))


def test_an_emergency_pointed_at_another_image_is_found(made: Locked) -> None:
    other = a_locked_study(protocol_text(sections=CALLS), slug="hips")
    case = Case(reader="R01", section="calls", number=1)
    how = {"recipient": "Dr. Doe", "email": "doe@clinic.example", "reason": "A mass."}
    request = request_disclosure(other.study, case, **how, by=other.owner)
    confirm_disclosure(request, by=other.people["carl"], reason="Agreed.")
    assert findings(other.study) == []
    another = TrialImage.objects.exclude(pk=request.trial_image_id).filter(trial__section__study=other.study)
    rewrite(f"UPDATE truth_disclosurerequest SET trial_image_id = {another[0].pk}")
    assert any("trial_image was changed" in what for what in findings(other.study))


def test_a_second_person_who_never_approved_is_found(made: Locked) -> None:
    rewrite(
        "INSERT INTO truth_disclosureapproval (study_id, endangered_id, by_id, at, reason) "
        f"VALUES ({made.study.pk}, {made.study.pk}, {made.owner.pk}, '2026-01-01 00:00:00+00:00', 'x')"
    )
    assert any("approval" in what and "inserted" in what for what in findings(made.study))


def test_a_study_turned_into_a_rehearsal_to_unblind_it_alone_is_found(made: Locked) -> None:
    draft = duplicate(made.study, by=made.owner)
    for column in ("rehearses_id", "copy_of_id"):
        rewrite(f"UPDATE studies_study SET {column} = {draft.pk} WHERE id = {made.study.pk}")
        assert any(f"{column[:-3]} was changed" in what for what in findings(made.study))
        rewrite(f"UPDATE studies_study SET {column} = NULL WHERE id = {made.study.pk}")
    assert findings(made.study) == []


def test_counts_kept_for_the_result_pages_are_held_against_the_answers(made: Locked) -> None:
    settled_counts(made.study.sections.get(name="triples"))
    assert findings(made.study) == []
    rewrite("UPDATE results_imagetally SET votes = votes + 1")
    assert any("the counts of images in section triples" in what for what in findings(made.study))


TIMES = [
    ("studies_lock", "the lock of study"),
    ("studies_freeze", "the freeze of study"),
    ("studies_withdrawal", "the withdrawal of enrolment"),
    ("truth_unblinding", "the unblinding of study"),
    ("truth_unblindingrequest", "the unblinding request of study"),
    ("truth_blindingaudit", "blinding audit"),
    ("reading_consent", "the consent of enrolment"),
    ("reading_briefing", "the briefing of enrolment"),
    ("reading_submission", "handing in by enrolment"),
    ("studies_enrolment", "enrolment"),
    ("studies_study", "study"),
]
COLUMN = {"studies_enrolment": "invited_at", "studies_study": "created_at"}


@pytest.mark.parametrize(("rows", "noun"), TIMES)
def test_times_of_what_happened_for_good_are_held_against_their_events(
    made: Locked, tmp_path: Path, rows: str, noun: str
) -> None:
    """A lock dated before it, a washout that was kept on paper alone, an audit that came first."""
    column = COLUMN.get(rows, "at")
    assert rewrite(f"UPDATE {rows} SET {column} = '2020-01-01 00:00:00+00:00'")
    assert any(f"{noun} " in what and "at was changed" in what for what in findings(made.study))
    no_export_leaves(made, tmp_path, "at was changed")


def test_a_row_that_cannot_be_read_hides_no_other(made: Locked, tmp_path: Path) -> None:
    """One garbled value stopped the whole check with a traceback, and nothing was named."""
    if connection.vendor == "postgresql":
        pytest.skip("PostgreSQL refuses what is no time.")
    rewrite(
        "UPDATE studies_withdrawal SET at = '2020-99-99 00:00:00'",
        "UPDATE truth_key SET alternative = 'other' WHERE id = (SELECT max(id) FROM truth_key)",
    )
    found = findings(made.study)
    assert any("the people cannot be read whole (ValueError)" in what for what in found)
    assert any("truth_key:" in what and "was changed" in what for what in found)
    no_export_leaves(made, tmp_path, "the people cannot be read whole")


def test_the_stored_name_of_the_protocol_is_held_against_the_lock(made: Locked, tmp_path: Path) -> None:
    rewrite("UPDATE studies_protocol SET digest = 'another'")
    assert any("text of protocol" in what for what in findings(made.study))
    no_export_leaves(made, tmp_path, "text of protocol")


def test_a_plan_that_is_made_to_look_computable_is_found(made: Locked, tmp_path: Path) -> None:
    """The unblinding would keep the plan secret back, and nobody could recompute the plan."""
    rewrite("UPDATE truth_plan SET seed = 1")
    assert any("marked as computable" in what for what in findings(made.study))
    no_export_leaves(made, tmp_path, "marked as computable")


@pytest.mark.parametrize("column", ["plan_secret", "name_secret", "pixel_seed"])
def test_a_secret_that_no_key_opens_is_named_and_hides_no_other_study(column: str, tmp_path: Path) -> None:
    made, other = (a_locked_study(slug=slug) for slug in ("ankles", "hips"))
    for each in (made, other):
        list(read_everything(each.reading("rita")))
    freeze_study(made.study, by=made.owner, reason="done")
    foreign = "name_secret" if column == "plan_secret" else "plan_secret"
    rewrite(f"UPDATE truth_studysecrets SET {column} = {foreign} WHERE study_id = {made.study.pk}")
    rewrite(f"UPDATE reading_response SET response_ms = 1 WHERE enrolment_id = {other.reading('rita').pk}")
    with pytest.raises(CommandError) as told:
        call_command("verify_audit", stdout=StringIO())
    assert f"opens {column} of study {made.study.uuid}. Restore the key file" in str(told.value)
    assert f"{other.study.scope}/enrolment" in str(told.value)
    with pytest.raises(SecretUnreadable, match=f"opens {column} of study"):
        export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=True)
    assert not (tmp_path / "bundle").exists()


def test_a_draft_whose_secret_no_key_opens_is_named_before_it_is_locked() -> None:
    draft = create_study(protocol_text(), by=a_leader("alice"), slug="draft")
    rewrite(f"UPDATE truth_studysecrets SET plan_secret = name_secret WHERE study_id = {draft.pk}")
    with pytest.raises(CommandError, match=f"opens plan_secret of study {draft.uuid}"):
        call_command("verify_audit", "draft", stdout=StringIO())


REWRITES = """
CREATE FUNCTION rewrites() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  SELECT id INTO NEW.pick_id FROM reading_slot
  WHERE presentation_id = NEW.presentation_id AND id <> NEW.pick_id LIMIT 1;
  RETURN NEW;
END $$;
CREATE TRIGGER aaa BEFORE INSERT ON reading_response FOR EACH ROW EXECUTE FUNCTION rewrites()
"""


@pytest.mark.skipif(connection.vendor != "postgresql", reason="Triggers of SQLite change no row on its way.")
def test_a_trigger_that_somebody_added_only_warns_but_no_answer_that_it_rewrote_leaves(
    tmp_path: Path,
) -> None:
    """Replication and backups have triggers of their own; the log has what the reader answered."""
    made = a_locked_study(slug="wrists")
    with connection.cursor() as cursor:
        cursor.execute(REWRITES)
    list(read_everything(made.reading("rita")))
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("DROP TRIGGER aaa ON reading_response")
    end(made)
    [answer, *_] = Response.objects.filter(enrolment=made.reading("rita")).order_by("pk")
    no_export_leaves(made, tmp_path, f"answer {answer.pk} (")
