"""The protocol as a form: it asks what the validator asks, and changes of the text what was changed in it."""

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import fields
from html import unescape
from typing import Any

import pytest
from django.test import Client

from readerstudy.desk.protocol.builder.form import controls_of, form_of
from readerstudy.desk.protocol.builder.wording import CHAPTERS, is_on_the_form, words_of
from readerstudy.desk.protocol.published import all_published, published
from readerstudy.imaging.canvas import Canvas
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.protocol import (
    Display,
    Looks,
    Margins,
    ProtocolDocument,
    Question,
    Reading,
    Scale,
    SectionDocument,
    SourceDocument,
    examine,
)
from tests.readerstudy.desk.controls import flat
from tests.readerstudy.factory import a_planned_study, a_user
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db

PAGE = "/studies/knees/protocol/"
TABLES = {
    "study": ProtocolDocument,
    "canvas": Canvas,
    "sources[]": SourceDocument,
    "scale": Scale,
    "margins": Margins,
    "questions[]": Question,
    "display": Display,
    "reading": Reading,
    "sections[]": SectionDocument,
    "looks": Looks,
}
#: What has a chapter of its own, is worked out, or is left to the text.
ELSEWHERE = {
    ProtocolDocument: {
        *("canvas", "sources", "scale", "margins", "sections", "questions", "display", "reading"),
        *("scales", "values", "labels", "arms", "endpoints", "looks", "presets"),
    },
    SectionDocument: {"screens", "reused", "items", "staircase"},
    Scale: {"name"},
}


@pytest.fixture
def study(db: None) -> Study:
    return a_planned_study()


@pytest.fixture
def alice(study: Study) -> Client:
    return signed_in(a_user("alice"))


def filled(text: str, **changed: str) -> dict[str, Any]:
    """What a browser sends for the form of a text, some fields changed by their paths."""
    sent = {control.path: control.raw for control in flat(controls_of(examine(text)).values())}
    assert changed.keys() <= sent.keys()
    return {"base": json.dumps(text)} | sent | changed


def shown_text(page: str) -> str:
    """The text that travels with a page."""
    found = re.search(r'name="base" value="([^"]*)"', page)
    assert found
    text: str = json.loads(unescape(found[1]))
    return text


def fields_of_documents() -> Iterator[str]:
    for table, document in TABLES.items():
        for one in fields(document):
            if one.name not in ELSEWHERE.get(document, ()):
                yield f"{table}.{one.name}"


def test_every_field_of_a_protocol_can_be_set_in_the_form() -> None:
    asked = examine(published("demo").text).asked.values()
    offered = {re.sub(r"\[\d+\]", "[]", one.path) for one in asked if is_on_the_form(one)}
    assert offered - {"sections[].show", "values"} == set(fields_of_documents())


@pytest.mark.parametrize("name", ["demo", *(one.name for one in all_published())])
def test_every_field_that_is_asked_has_words_and_no_words_speak_of_nothing(name: str) -> None:
    asked = [one.path for one in examine(published(name).text).asked.values() if is_on_the_form(one)]
    assert [path for path in asked if words_of(path) is None] == []
    worded = {path for chapter in CHAPTERS for path in chapter.fields}
    assert worded <= set(asked)
    for chapter in CHAPTERS:
        if f"{chapter.many}[0].name" in asked:
            assert {f"{chapter.many}[0].{field}" for field in chapter.each} <= set(asked)


@pytest.mark.parametrize("name", ["demo", *(one.name for one in all_published())])
def test_a_form_in_which_nothing_was_changed_leaves_every_byte(alice: Client, name: str) -> None:
    text = published(name).text.replace("\n", "\r\n") + "\n# the end, without a line end"
    page = alice.post(PAGE, filled(text) | {"do": "text"})
    assert shown_text(page.content.decode()) == text


def test_the_outline_says_names_in_words_so_that_lines_break_between_them() -> None:
    form = form_of(examine(published("demo").text), {})
    titles = [entry.title for page in form.pages for entry in page.entries]
    assert "synthetic experience" in titles
    assert "_" not in "".join(titles)


def test_a_field_changes_and_the_rest_of_the_text_stays(alice: Client, study: Study) -> None:
    before = study.protocol.text.replace("seed = 7", "seed = 7  # chosen by dice")
    alice.post(PAGE, {"text": before})
    answer = alice.post(PAGE, filled(before, **{"study.seed": "8"}) | {"do": "save", "reason": "New dice"})
    assert answer.status_code == 302
    newest = Study.objects.get().protocol
    assert newest.text == before.replace("seed = 7  #", "seed = 8  #")
    assert newest.reason == "New dice"


@pytest.mark.parametrize(
    ("path", "typed", "sentence"),
    [
        ("study.readers", "many", "Readers is &#x27;many&#x27;; it has to be a whole number from 1 to 1000."),
        ("study.title", "", "Title is empty; write something here."),
        ("margins.detection", "0,1", "is &#x27;0,1&#x27;; it has to be a number from 0.001 to 0.5."),
        ("sections[0].trials", "", "Trials is missing; it has to be a whole number"),
        ("sections[0].compose.hospital-canary", "x", "gives hospital-canary &#x27;x&#x27;"),
        ("sections[0].repeats", "999", "is 999, more than the 3 trials there are."),
        ("scale.points", "one, two", "is &#x27;one, two&#x27;; it has to be a list of whole numbers."),
    ],
)
def test_a_mistake_is_named_beside_its_field_and_what_was_typed_stays(
    alice: Client, study: Study, path: str, typed: str, sentence: str
) -> None:
    sent = filled(study.protocol.text, **{path: typed, "study.description": "typed too"})
    answer = alice.post(PAGE, sent | {"do": "save"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert sentence in page
    assert f'value="{typed}"' in page
    assert "typed too" in page
    assert Study.objects.get().protocol.version == 1


def test_sections_are_added_moved_and_removed_without_saving(alice: Client, study: Study) -> None:
    text = study.protocol.text
    for do, names in [
        ("add sections 1", ["triples", "calls"]),
        ("add sections 3", ["triples", "calls", "labels"]),
        ("up sections[2]", ["triples", "labels", "calls"]),
        ("remove sections[0]", ["labels", "calls"]),
    ]:
        page = alice.post(PAGE, filled(text) | {"do": do}).content.decode()
        text = shown_text(page)
        assert [section["name"] for section in tomllib.loads(text)["sections"]] == names
        assert examine(text).problems == ()
        assert "Not saved yet." in page
    assert Study.objects.get().protocol.version == 1


def test_a_source_that_gets_another_name_keeps_its_images_in_every_section(
    alice: Client, study: Study
) -> None:
    sent = filled(study.protocol.text, **{"sources[0].name": "clinic"})
    page = alice.post(PAGE, sent | {"do": "text"}).content.decode()
    compose = tomllib.loads(shown_text(page))["sections"][0]["compose"]
    assert next(iter(compose.items())) == ("clinic", 1)


def test_the_second_of_two_who_edit_is_told_and_loses_nothing(alice: Client, study: Study) -> None:
    opened = study.protocol
    carl = a_user("carl")
    Enrolment.objects.create(study=study, user=carl, role=Role.COORDINATOR, invited_by=carl)
    theirs = filled(opened.text, **{"study.seed": "8"})
    assert signed_in(carl).post(PAGE, theirs | {"do": "save", "over": opened.digest}).status_code == 302
    mine = filled(opened.text, **{"study.title": "Mine"})
    answer = alice.post(PAGE, mine | {"do": "save", "over": opened.digest})
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Carl saved version 2 while you were writing." in page
    assert 'value="Mine"' in page
    assert "Save over version 2" in page
    over = Study.objects.get().protocol.digest
    assert f'name="over" value="{over}"' in page
    assert alice.post(PAGE, mine | {"do": "save", "over": over}).status_code == 302
    assert Study.objects.get().title == "Mine"


def test_what_a_form_cannot_write_is_kept_and_left_to_the_text(alice: Client, study: Study) -> None:
    text = study.protocol.text.replace("[margins]\n", "") + "[margins.more]\n"
    answer = alice.post(PAGE, filled(study.protocol.text) | {"base": json.dumps(text), "do": "save"})
    assert answer.status_code == 422
    assert shown_text(answer.content.decode()) == text


def test_a_text_that_is_no_toml_stays_a_text(alice: Client, study: Study) -> None:
    page = alice.post(PAGE, {"text": "[study\n", "do": "form"}).content.decode()
    assert "The form cannot be drawn yet. The file is not valid TOML" in page
    assert "[study\n</textarea>" in page


def test_only_fields_that_belong_to_the_task_are_offered(alice: Client, study: Study) -> None:
    sent = filled(study.protocol.text) | {"sections[0].task": "call"}
    aside = alice.post(f"{PAGE}check/", sent).json()["aside"]
    assert "f-sections-0-confidence" not in aside
    assert "f-sections-0-labels" in aside


def test_an_analyst_reads_the_protocol_and_does_not_write_it(study: Study) -> None:
    anna = a_user("anna")
    Enrolment.objects.create(study=study, user=anna, role=Role.ANALYST, invited_by=anna)
    client = signed_in(anna)
    assert b'<fieldset class="builder" disabled>' in client.get(PAGE).content
    assert client.post(PAGE, filled(study.protocol.text) | {"do": "save"}).status_code == 404


def test_a_study_begins_from_blank_in_the_form_alone(alice: Client) -> None:
    page = alice.get("/studies/new/?from=blank").content.decode()
    sent = filled(shown_text(page), **{"study.title": "Built by hand"})
    assert alice.post("/studies/new/", sent | {"do": "save", "slug": "by-hand"}).status_code == 302
    assert Study.objects.get(slug="by-hand").title == "Built by hand"


@pytest.mark.parametrize("slug", ["new", "so so", "knees", "-", "x" * 81])
def test_a_short_name_that_cannot_be_keeps_the_form(alice: Client, slug: str) -> None:
    text = published("knee-grades").text
    answer = alice.post(
        "/studies/new/", filled(text, **{"study.title": "Kept"}) | {"do": "save", "slug": slug}
    )
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'value="Kept"' in page
    assert f'name="slug" value="{slug}"' in page
    assert "hort name" in page
