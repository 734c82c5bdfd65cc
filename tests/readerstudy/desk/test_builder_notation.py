"""Conditions, languages, options with values and label values on the form, and back into the text."""

import re
import tomllib

import pytest
from django.test import Client

from readerstudy.desk.protocol.builder.form import controls_of
from readerstudy.desk.protocol.builder.notation import (
    read_conditions,
    read_options,
    read_values,
    written_conditions,
    written_options,
    written_values,
)
from readerstudy.desk.protocol.reference_page import FOLDER
from readerstudy.studies.protocol import examine
from tests.readerstudy.desk.controls import flat
from tests.readerstudy.desk.test_builder import filled, shown_text
from tests.readerstudy.desk.test_builder_items import after
from tests.readerstudy.factory import a_leader
from tests.readerstudy.people import signed_in
from tests.readerstudy.studies.written_protocols import asks, item

pytestmark = pytest.mark.django_db

NEW = "/studies/new/"
ALL = (FOLDER / "every-field.toml").read_text(encoding="utf-8")
TWO = ("en", "de")


@pytest.fixture
def alice(db: None) -> Client:
    return signed_in(a_leader("alice"))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        ({"item": "severity", "at_least": 1}, "severity >= 1"),
        ([{"item": "a", "at_most": 0.5}, {"item": "b", "is": ["x", "y z"]}], "a <= 0.5\nb is x | y z"),
    ],
)
def test_conditions_are_lines(value: object, written: str) -> None:
    assert written_conditions(value) == written
    assert read_conditions(written) == value


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("diagnosis", "diagnosis"),
        (["a", {"value": "4A", "text": "Kerley lines"}], "a\n4A = Kerley lines"),
        (["a", {"value": "4A", "text": {"en": "K", "de": "L"}}], "a\n4A = K | L"),
        (["a", {"en": "K", "de": "L"}], "a\nK | L"),
    ],
)
def test_options_are_lines(value: object, written: str) -> None:
    assert written_options(value, TWO) == written
    assert read_options(written, TWO) == value


def test_values_of_labels_are_lines() -> None:
    value = {"grade": ["0", "1"], "side": ["left", "right"]}
    assert read_values(written_values(value)) == value


def test_everything_that_a_protocol_can_say_is_on_the_form_and_stays_byte_for_byte(alice: Client) -> None:
    assert after(alice, ALL, "text") == ALL
    shown = {re.sub(r"\[\d+\]", "[]", control.path) for control in flat(controls_of(examine(ALL)).values())}
    assert {"values", "sections[].items[].when", "study.consent.de", "sections[].items[].options"} <= shown


@pytest.mark.parametrize(
    ("path", "typed", "said"),
    [
        ("sections[1].items[3].when", "severity >= 2", {"item": "severity", "at_least": 2}),
        ("sections[1].items[3].when", "", None),
        (
            "sections[1].items[3].options",
            "a\nb = Bee | Biene",
            ["a", {"value": "b", "text": {"en": "Bee", "de": "Biene"}}],
        ),
        ("sections[1].items[3].options", "diagnosis", "diagnosis"),
        (
            "sections[1].items[3].ask.de",
            "Welche Zeichen?",
            {"en": "Which signs do you see?", "de": "Welche Zeichen?"},
        ),
        ("sections[1].items[0].ask.de", "", "Technical quality"),
    ],
)
def test_one_thing_of_an_item_changes_and_nothing_else(
    alice: Client, path: str, typed: str, said: object
) -> None:
    changed = after(alice, ALL, "text", **{path: typed})
    at = re.fullmatch(r"sections\[1\]\.items\[(\d)\]\.(\w+).*", path)
    assert at
    items = tomllib.loads(changed)["sections"][1]["items"]
    assert items[int(at[1])].pop(at[2], None) == said
    before = tomllib.loads(ALL)
    before["sections"][1]["items"][int(at[1])].pop(at[2], None)
    assert {**tomllib.loads(changed), "sections": None} == {**before, "sections": None}
    assert items == before["sections"][1]["items"]


def test_texts_of_the_study_are_told_in_each_language(alice: Client) -> None:
    changed = after(alice, ALL, "text", **{"study.description": "Two.", "study.consent.de": "Anders."})
    assert tomllib.loads(changed)["study"]["consent"]["de"] == "Anders."
    assert len(changed.splitlines()) == len(ALL.splitlines())


def test_a_label_gets_values_and_loses_them(alice: Client) -> None:
    changed = after(alice, ALL, "text", values="diagnosis: normal | pneumonia | effusion\nside: left | right")
    assert tomllib.loads(changed)["values"]["side"] == ["left", "right"]
    assert after(alice, changed, "text", values="diagnosis: normal | pneumonia | effusion") == ALL


def test_a_condition_that_is_none_is_named_beside_its_field(alice: Client) -> None:
    said = asks(item(), item("r", kind="text"))
    answer = alice.post("/studies/new/check/", filled(said, **{"sections[0].items[1].when": "q perhaps"}))
    [problem] = answer.json()["problems"]
    assert problem["anchor"] == "f-sections-0-items-1-when"
    unknown = filled(said, **{"sections[0].items[1].when": "nothing is a"})
    assert alice.post("/studies/new/check/", unknown).json()["problems"][0]["anchor"] == problem["anchor"]


def test_a_staircase_is_added_and_removed(alice: Client) -> None:
    text = asks(fields='task = "call"\ncompose = { real = 20, gan = 20 }')
    added = after(alice, text, "add sections[0].staircase")
    assert tomllib.loads(added)["sections"][0]["staircase"]["item"] == "call"
    assert after(alice, added, "remove sections[0].staircase") == text


def test_a_condition_with_two_bounds_at_once_stays_in_the_text(alice: Client) -> None:
    said = asks(item(kind="number"), item("r", kind="text", when='{ item = "q", at_least = 1, at_most = 3 }'))
    assert "sections[0].items[1].when" not in {
        control.path for control in flat(controls_of(examine(said)).values())
    }
    page = alice.post(NEW, filled(said) | {"do": "form"}).content.decode()
    assert shown_text(page) == said
