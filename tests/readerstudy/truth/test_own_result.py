"""A reader's own result: after the unblinding, if the protocol says so, and theirs alone."""

from dataclasses import replace

from readerstudy.reading.answer import Said
from readerstudy.reading.checks.screen import Screen
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Study
from readerstudy.studies.protocol.items import Item
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.duplicate import duplicate
from readerstudy.truth.lock import lock_study
from readerstudy.truth.own_result import own_result
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    AUDIT,
    Locked,
    a_locked_study,
    answer_next,
    enrol,
    protocol_text,
    usually,
)
from tests.readerstudy.reading.items import PAIRS, asking
from tests.readerstudy.truth.test_practice import real_letter

SHOWN = "[reading]\nshow_own_result = true\n"


def unblind(made: Locked) -> None:
    freeze_study(made.study, by=made.owner, reason="all read")
    request_unblinding(made.study, by=made.owner, reason="time to know")
    confirm_unblinding(made.study, by=made.owner, reason="agreed")


def test_the_result_counts_what_was_right(db: None) -> None:
    made = a_locked_study(protocol_text(more=SHOWN))
    for _ in range(3):
        answer_next(made.reading("rita"), letter=real_letter(made.reading("rita")))
    rita = made.client("rita")
    waiting = rita.get("/read/knees/result/")
    assert waiting.status_code == 200
    assert "once the study is unblinded" in waiting.content.decode()
    assert "3 of 3" not in waiting.content.decode()
    unblind(made)
    page = rita.get("/read/knees/result/").content.decode()
    assert "3 of 3" in page
    assert "100&nbsp;%" in page
    assert "33&nbsp;%" in page
    assert made.client("alice").get("/read/knees/result/").status_code == 404


def test_who_still_reads_the_images_elsewhere_gets_no_result_of_them(db: None) -> None:
    made = a_locked_study(protocol_text(more=SHOWN))
    for _ in range(3):
        answer_next(made.reading("rita"), letter=real_letter(made.reading("rita")))
    copy = duplicate(made.study, by=made.owner, slug="copied")
    allocate(copy, by=made.owner)
    keep_audit(copy, images_digest(copy), True, AUDIT, by=made.owner)
    lock_study(copy, by=made.owner, reason="ready")
    enrol(Locked(study=copy, owner=made.owner), "rita", 1)
    freeze_study(made.study, by=made.owner, reason="all read")
    request_unblinding(made.study, by=made.owner, reason="time to know")
    confirm_unblinding(made.study, by=made.people["anna"], reason="agreed")
    assert "3 of 3" not in made.client("rita").get("/read/knees/result/").content.decode()
    assert own_result(made.reading("ron")) is not None
    freeze_study(Study.objects.get(slug="copied"), by=made.owner, reason="all read")
    assert "3 of 3" in made.client("rita").get("/read/knees/result/").content.decode()


def test_there_is_no_result_where_the_protocol_says_nothing(db: None) -> None:
    made = a_locked_study()
    unblind(made)
    assert made.client("rita").get("/read/knees/result/").status_code == 404


KIND = """
[[sections.items]]
name = "origin"
kind = "choice"
ask = "What is it?"
options = ["real", "synthetic"]
truth = "kind"
"""


def test_questions_with_a_right_answer_are_counted_whatever_their_kind(db: None) -> None:
    made = a_locked_study(asking(PAIRS, KIND, more=SHOWN))
    for _ in range(3):
        real = real_letter(made.reading("rita"))

        def says(item: Item, slot: str | None, screen: Screen, *, target: str = real) -> Said | None:
            usual = usually(item, slot, screen)
            return replace(usual, value=target) if usual and item.name == "target" else usual

        answer_next(made.reading("rita"), says=says)
    unblind(made)
    results = own_result(made.reading("rita"))
    assert results is not None
    counted = [(one.question, one.correct, one.total, one.chance_percent) for one in results]
    assert counted == [("Which one is from the hospital?", 3, 3, 33), ("What is it?", 3, 9, 50)]
