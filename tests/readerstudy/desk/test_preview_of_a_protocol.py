"""The preview beside the form is the reading page with what a reader would be told, and tells no truth."""

import json
import re
from html import unescape
from typing import Any

import pytest
from django.test import Client

from readerstudy.desk.protocol.published import all_published, published
from readerstudy.desk.protocol.reference_page import FOLDER
from readerstudy.reading.models import Presentation
from readerstudy.studies.protocol import examine
from tests.readerstudy.desk.test_builder import filled
from tests.readerstudy.factory import a_leader
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db
EVERY = (FOLDER / "every-field.toml").read_text(encoding="utf-8")


@pytest.fixture
def alice(db: None) -> Client:
    return signed_in(a_leader("alice"))


def state_in(page: str) -> dict[str, Any]:
    found = re.search(r'<script id="preview" type="application/json">(.*?)</script>', page, re.DOTALL)
    assert found
    state: dict[str, Any] = json.loads(unescape(found[1]))
    return state


def preview(alice: Client, text: str, section: int, **changed: str) -> dict[str, Any]:
    answer = alice.post("/studies/new/preview/", filled(text, **changed) | {"section": str(section)})
    assert answer.status_code == 200
    return state_in(answer.content.decode())


@pytest.mark.parametrize("name", [one.name for one in all_published()])
def test_every_section_of_every_design_has_a_preview(alice: Client, name: str) -> None:
    text = published(name).text
    document = examine(text).document
    assert document is not None
    for at, section in enumerate(document.sections):
        state = preview(alice, text, at)
        assert [one["name"] for one in state["section"]["items"]] == [one.name for one in section.items]
        assert len(state["current"]["images"]) <= section.alternatives + bool(section.reference)
    assert not Presentation.objects.exists()


def test_what_is_typed_is_what_the_reader_sees_in_the_first_language(alice: Client) -> None:
    state = preview(alice, EVERY, 1, **{"sections[1].items[0].ask.en": "How sharp is it?"})
    assert state["section"]["items"][0]["ask"] == "How sharp is it?"
    assert state["current"]["images"][0]["width"] <= 320


def test_a_preview_names_no_source(alice: Client) -> None:
    text = EVERY.replace('"real-one"', '"one"').replace("gan", "canary")
    assert "canary" not in json.dumps(preview(alice, text, 2))


@pytest.mark.parametrize("section", ["99", "x", ""])
def test_what_is_no_section_or_no_protocol_has_no_preview(alice: Client, section: str) -> None:
    assert alice.post("/studies/new/preview/", filled(EVERY) | {"section": section}).status_code == 204
    wrong = filled(EVERY, **{"study.seed": "x"}) | {"section": "1"}
    assert alice.post("/studies/new/preview/", wrong).status_code == 204
