"""Items on the form of a protocol: added, changed, moved and removed, in the text as they stand there."""

import json
import tomllib
from typing import Any

import pytest
from django.test import Client

from readerstudy.desk.protocol.builder.form import controls_of, form_of
from readerstudy.desk.protocol.builder.wording_items import KINDS
from readerstudy.desk.protocol.published import published
from readerstudy.studies.protocol import examine
from tests.readerstudy.desk.controls import flat
from tests.readerstudy.desk.test_builder import filled, shown_text
from tests.readerstudy.factory import a_leader
from tests.readerstudy.people import signed_in
from tests.readerstudy.studies.written_protocols import HEAD, PAIRS, SINGLES, asks, item

pytestmark = pytest.mark.django_db

NEW = "/studies/new/"
INLINE = asks(item(), item("r", kind="text"), item("s", kind="number"))
TABLES = asks() + "".join(
    f'\n# About {name}\n[[sections.items]]\nname = "{name}"\nkind = "{kind}"\nask = "?"\n{more}'
    for name, kind, more in (
        ("q", "choice", 'options = ["a", "b"]\n'),
        ("r", "text", ""),
        ("s", "number", ""),
    )
)


@pytest.fixture
def alice(db: None) -> Client:
    return signed_in(a_leader("alice"))


def after(alice: Client, text: str, do: str, **changed: str) -> str:
    """The text that the page carries after a button was pressed."""
    return shown_text(alice.post(NEW, filled(text, **changed) | {"do": do}).content.decode())


def names(text: str) -> list[str]:
    return [one["name"] for one in tomllib.loads(text)["sections"][0].get("items", [])]


@pytest.mark.parametrize("text", [INLINE, TABLES], ids=["in a list", "in tables"])
@pytest.mark.parametrize(
    ("do", "expected"),
    [
        ("up sections[0].items[2]", ["q", "s", "r"]),
        ("down sections[0].items[0]", ["r", "q", "s"]),
        ("to sections[0].items[2] 0", ["s", "q", "r"]),
        ("to sections[0].items[0] 2", ["r", "s", "q"]),
        ("remove sections[0].items[1]", ["q", "s"]),
        ("up sections[0].items[0]", ["q", "r", "s"]),
        ("remove sections[0].items[9]", ["q", "r", "s"]),
    ],
)
def test_items_are_moved_and_removed_where_they_stand(
    alice: Client, text: str, do: str, expected: list[str]
) -> None:
    changed = after(alice, text, do)
    assert names(changed) == expected
    assert sorted(changed.split()) == sorted(text.split()) or len(expected) < 3
    assert changed.startswith(HEAD)


@pytest.mark.parametrize("text", [INLINE, TABLES], ids=["in a list", "in tables"])
@pytest.mark.parametrize("kind", KINDS)
def test_an_item_of_each_kind_is_added_behind_the_others(alice: Client, text: str, kind: str) -> None:
    text = text.replace(SINGLES, PAIRS)
    changed = after(alice, text, f"add sections[0].items {list(KINDS).index(kind)}")
    added = tomllib.loads(changed)["sections"][0]["items"][3]
    assert (added["kind"], examine(changed).problems) == (kind, ())


def test_the_first_item_of_a_section_is_added(alice: Client) -> None:
    changed = after(alice, asks(fields=f'task = "call"\n{SINGLES}'), "add sections[0].items 0")
    assert names(changed) == ["scale"]


@pytest.mark.parametrize("text", [INLINE, TABLES], ids=["in a list", "in tables"])
def test_a_field_of_an_item_changes_alone(alice: Client, text: str) -> None:
    changed = after(
        alice,
        text,
        "text",
        **{"sections[0].items[1].ask.en": "Why?", "sections[0].items[0].options": "a\nb\nc"},
    )
    items = tomllib.loads(changed)["sections"][0]["items"]
    assert (items[1]["ask"], items[0]["options"]) == ("Why?", ["a", "b", "c"])
    assert changed.count("\n") == text.count("\n")


def test_an_item_of_another_kind_loses_what_only_the_old_one_has(alice: Client) -> None:
    changed = after(alice, TABLES, "text", **{"sections[0].items[0].kind": "scale"})
    assert tomllib.loads(changed)["sections"][0]["items"][0] == {"name": "q", "kind": "scale", "ask": "?"}


def test_a_mistake_in_an_item_leads_to_its_field(alice: Client) -> None:
    sent = filled(INLINE, **{"sections[0].items[2].step": "0"})
    body = alice.post("/studies/new/check/", sent).json()
    problem = body["problems"][0]
    assert problem["anchor"] == "f-sections-0-items-2-step"
    assert problem["label"] == "Section 1, item 3, step"


def test_what_the_form_cannot_show_stays_in_the_text(alice: Client) -> None:
    said = asks(
        item(options='["a", "b = c"]'),
        item("r", kind="text", when='{ item = "q", is = ["1", "2"] }'),
    )
    shown: dict[str, Any] = {one.path: one for one in flat(controls_of(examine(said)).values())}
    assert "sections[0].items[0].options" not in shown
    assert "sections[0].items[1].when" not in shown
    entries = next(
        page for page in form_of(examine(said), {}).pages if page.chapter.name == "sections"
    ).entries
    assert [entry.in_text for entry in entries[0].items] == [("options",), ("when",)]
    assert after(alice, said, "text", **{"sections[0].items[1].name": "why"}) == said.replace('"r"', '"why"')


def test_every_item_of_a_published_protocol_is_on_the_form() -> None:
    text = published("deepfake-phases").text
    form = form_of(examine(text), {})
    sections = next(page for page in form.pages if page.chapter.name == "sections")
    assert [len(entry.items) for entry in sections.entries] == [
        len(one.get("items", [])) for one in tomllib.loads(text)["sections"]
    ]


@pytest.mark.parametrize(("many", "which"), [("scales", 0), ("arms", 0), ("endpoints", 0), ("sections", 4)])
def test_scales_arms_endpoints_and_sections_of_questions_are_added(
    alice: Client, many: str, which: int
) -> None:
    text = published("deepfake-phases").text
    changed = after(alice, text, f"add {many} {which}")
    before, now = tomllib.loads(text).get(many, []), tomllib.loads(changed)[many]
    assert now[:-1] == before
    assert json.dumps(now[-1])
