"""Attack: somebody with SQL cuts a reader's newest answers and restores the seal of before."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from readerstudy.audit.chain import digest_of_text
from readerstudy.audit.models import Stream
from readerstudy.reading.models import Response, Submission
from tests.readerstudy.factory import Locked, a_locked_study, read_everything
from tests.readerstudy.results.behind_the_triggers import rewrite

pytestmark = pytest.mark.django_db


def receipt_of(made: Locked, name: str) -> str:
    """The number on the reader's last page."""
    number: str = made.client(name).get("/read/knees/finish/").context["receipt"].number
    return number


def check(number: str) -> str:
    said = StringIO()
    call_command("check_integrity", "knees", receipt=number, stdout=said)
    return said.getvalue()


def test_a_receipt_stands_for_all_answers_that_are_there() -> None:
    made = a_locked_study()
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    number = receipt_of(made, "ron")
    said = check(number)
    assert f"The receipt {number} is that of reader R02." in said
    assert "3 of the 3 recorded" in said
    assert "that of reader R02" in check(number.upper().replace("-", " "))


def test_answers_after_it_leave_a_receipt_good() -> None:
    made = a_locked_study()
    answers = read_everything(made.reading("rita"))
    next(answers)
    first = Response.objects.get().digest
    number = digest_of_text(first)[:16]
    list(answers)
    said = check(number)
    assert "that of reader R01" in said
    assert "1 of the 3 recorded" in said


def test_a_cut_that_the_log_does_not_show_is_proved_by_the_receipt() -> None:
    made = a_locked_study()
    rita = made.reading("rita")
    answers = read_everything(rita)
    next(answers)
    old = Stream.objects.get(name=rita.stream)
    kept = Response.objects.get().pk
    list(answers)
    number = receipt_of(made, "rita")
    rewrite(
        f"DELETE FROM reading_submission WHERE enrolment_id = {rita.pk}",
        f"DELETE FROM reading_rating WHERE response_id > {kept}",
        f"DELETE FROM reading_reason WHERE response_id > {kept}",
        f"DELETE FROM reading_response WHERE id > {kept}",
        f"UPDATE reading_tally SET answers = 1 WHERE enrolment_id = {rita.pk}",
        f"DELETE FROM audit_event WHERE stream_id = {old.pk} AND number > {old.length}",
        f"UPDATE audit_stream SET length = {old.length}, head = '{old.head}', seal = '{old.seal}' "
        f"WHERE id = {old.pk}",
    )
    assert not Submission.objects.exists()
    with pytest.raises(CommandError, match="answers were removed or changed after it was given"):
        check(number)
