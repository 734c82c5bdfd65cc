"""A protocol that discloses its purpose late is warned of words that give it away before."""

import json
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import Client

from readerstudy.studies.protocol import examine
from tests.readerstudy.factory import a_leader
from tests.readerstudy.people import signed_in
from tests.readerstudy.studies.written_protocols import SINGLES, asks, item, section

BLIND = f'{SINGLES}\ndiscloses = "Some of these images were synthetic."'
AFTER = section(f'task = "call"\n{SINGLES}', name="two")


def warned(text: str) -> list[str]:
    found = examine(text)
    assert found.problems == ()
    return [warning.field for warning in found.warnings]


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ('ask = "?"', 'ask = "How good is the AI image?"', "sections[0].items[0].ask"),
        ('ask = "?"', 'ask = { en = "?", de = "Fake oder nicht?" }', "sections[0].items[0].ask"),
        ('["a", "b"]', '["a", "Generated"]', "sections[0].items[0].options"),
        ("seed = 7", 'seed = 7\nconsent = "You see real images."', "study.consent"),
        ('"Chest radiographs"', '"Synthetic chest radiographs"', "study.public_title"),
        ("discloses =", 'title = "Fakes and a fake"\ndiscloses =', "sections[0].title"),
    ],
)
def test_a_word_that_tells_is_warned_of_in_its_field(old: str, new: str, field: str) -> None:
    text = asks(item(), fields=BLIND) + AFTER
    assert warned(text) == []
    assert warned(text.replace(old, new, 1)) == [field]


def test_a_study_that_discloses_nothing_may_say_what_it_looks_for() -> None:
    assert warned(asks(fields=f'task = "call"\n{SINGLES}')) == []


def test_a_task_that_tells_is_warned_of() -> None:
    assert warned(asks(fields=f'task = "call"\n{BLIND}')) == ["sections[0].task"]


def test_words_within_words_tell_nothing() -> None:
    assert warned(asks(item(ask='"Do airways and realism contain air?"'), fields=BLIND)) == []


def test_an_arm_that_discloses_before_it_is_blind_is_warned_of() -> None:
    arms = '[[arms]]\nname = "{}"\nsections = {}\n'
    text = asks(item(), fields=SINGLES) + section(BLIND, item("r"), name="two")
    text += arms.format("a", '["one", "two"]') + arms.format("b", '["two", "one"]')
    assert warned(text) == ["arms[1].sections"]


@pytest.mark.parametrize("told", ["feedback = true", "practice = true"])
def test_images_whose_truth_was_told_are_warned_of_when_they_come_again(told: str) -> None:
    text = asks(item(truth='"grade"')) + section(f'reuse = "one"\n{told}', item(truth='"grade"'), name="two")
    assert warned(text) == []
    assert warned(text + section('reuse = "one"', item(truth='"grade"'), name="three")) == [
        "sections[2].reuse"
    ]


def test_the_command_warns_and_says_that_the_protocol_can_be_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "protocol.toml"
    file.write_text(asks(fields=f'task = "call"\n{BLIND}'), encoding="utf-8")
    call_command("create_study", file, "--check")
    said = capsys.readouterr().out
    assert "Warning: line" in said
    assert "The protocol is in order." in said


def test_page_and_api_show_warnings_beside_problems(db: None) -> None:
    alice: Client = signed_in(a_leader("alice"))
    text = asks(fields=f'task = "call"\n{BLIND}')
    body = alice.post("/studies/new/check/", {"base": json.dumps(text), "text": text, "do": "save"}).json()
    assert [warning["field"] for warning in body["warnings"]] == ["sections[0].task"]
    assert body["problems"] == []
    page = alice.post(
        "/studies/new/", {"base": json.dumps(text), "text": text, "do": "text"}
    ).content.decode()
    assert "1 warning: the protocol can be used" in page


STAIRS = """[sections.staircase]
item = "call"
start_ms = 250
min_ms = 50
max_ms = 1000
down = 2
down_ms = 30
up = 1
up_ms = 60
"""
TELLS = {
    "feedback": section(f'task = "call"\nfeedback = true\nallow_back = false\n{SINGLES}', name="told"),
    "staircase": section(f'task = "call"\nallow_back = false\n{SINGLES}\n{STAIRS}', name="told"),
}


@pytest.mark.parametrize("told", TELLS)
def test_images_that_are_shown_again_after_their_truth_was_told_are_warned_of(told: str) -> None:
    again = section('task = "call"\nreuse = "one"', name="again")
    text = asks(fields=f'task = "call"\n{SINGLES}') + again
    assert warned(text) == []
    text = asks(fields=TELLS[told].partition("\n")[2].partition("\n")[2]) + again
    assert warned(text) == ["sections[1].reuse"]


@pytest.mark.parametrize("told", TELLS)
def test_an_arm_that_is_told_first_is_warned_of(told: str) -> None:
    """The file says them in the blind order; one arm reads them in the other."""
    arms = '[[arms]]\nname = "{}"\nsections = {}\n'
    again = TELLS[told].replace(SINGLES, 'reuse = "one"')
    text = asks(fields=f'task = "call"\n{SINGLES}') + again + arms.format("a", '["one", "told"]')
    assert warned(text + arms.format("b", '["one", "told"]')) == []
    assert warned(text + arms.format("b", '["told", "one"]')) == ["arms[1].sections"]
