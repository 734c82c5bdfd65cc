"""The history of a protocol says who changed what, when and why, for people and line by line."""

import pytest

from readerstudy.desk.protocol.builder.changes import changes_between
from readerstudy.desk.protocol.published import published
from readerstudy.studies.create import revise_protocol
from readerstudy.studies.protocol.rewrite import add, move, put, remove
from tests.readerstudy.factory import a_planned_study, a_user
from tests.readerstudy.people import signed_in

TEXT = published("demo").text


def said(new: str) -> list[str]:
    return [str(change) for change in changes_between(TEXT, new)]


@pytest.mark.parametrize(
    ("new", "changes"),
    [
        (put(TEXT, "study.seed", 8), ["Seed: 20251120 → 8"]),
        (put(TEXT, "study.consent", "Yes."), ["Consent changed"]),
        (put(TEXT, "sections[1].trials", 30), ["Section quartets, trials: 20 → 30"]),
        (put(TEXT, "sections[1].catch", None), ["Section quartets, catch trials taken out"]),
        (put(TEXT, "reading.spots", False), ["Readers may mark the place in the image: yes → no"]),
        (remove(TEXT, "questions[1]"), ["Question years taken out"]),
        (add(TEXT, "questions", {"name": "mood"}), ["Question mood added"]),
        (move(TEXT, "sections[0]", 1), ["Order of sections: practice, quartets → quartets, practice"]),
        (TEXT.replace("# The study", "# A study"), []),
    ],
)
def test_a_change_is_told_by_section_and_field(new: str, changes: list[str]) -> None:
    assert said(new) == changes


@pytest.mark.django_db
def test_the_history_names_who_why_and_what() -> None:
    study = a_planned_study()
    text = study.protocol.text.replace("seed = 7", "seed = 8")
    revise_protocol(study, text, by=a_user("alice"), reason="New dice")
    alice = signed_in(a_user("alice"))
    page = alice.get("/studies/knees/protocol/history/").content.decode()
    for words in ("Version 2", "Alice", "New dice", "Seed: 7 → 8", "Study created"):
        assert words in page
    version = alice.get("/studies/knees/protocol/history/2/").content.decode()
    assert '<span class="gone">- seed = 7' in version
    assert '<span class="added">+ seed = 8' in version
    assert alice.get("/studies/knees/protocol/history/3/").status_code == 404
