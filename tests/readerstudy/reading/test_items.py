"""Every kind of item over the reading API: what is taken, how it is kept, and what is refused by name."""

from collections.abc import Iterator
from typing import Any

import pytest

from readerstudy.audit.models import Event
from readerstudy.reading.models import Draft, Response
from readerstudy.reading.stored_answers import VERSION, stored_answers
from readerstudy.reading.verify_answers import verify_answers
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    QUARTETS,
    RATES,
    Labels,
    Locked,
    a_locked_study,
    kept_for_a_module,
    protocol_text,
)
from tests.readerstudy.reading.conftest import Tab, a_tab
from tests.readerstudy.reading.items import COMPARED, LOOKED, LOOKS, PAIRS, asking, changed, said

pytestmark = pytest.mark.django_db

EMPTY = {"slot": None, "value": None, "other": None, "confidence": None, "points": None, "missing": None}


@pytest.fixture(scope="module")
def house(django_db_setup: None, django_db_blocker: Any) -> Iterator[tuple[Locked, Locked]]:
    with kept_for_a_module(django_db_blocker.unblock()):
        yield a_locked_study(asking(LOOKS)), a_locked_study(asking(PAIRS), slug="pairs")


@pytest.fixture
def looking(house: tuple[Locked, Locked], db: None) -> Locked:
    return house[0].afresh()


@pytest.fixture
def pairs(house: tuple[Locked, Locked], db: None) -> Locked:
    return house[1].afresh()


def stored() -> dict[tuple[str, str | None], dict[str, Any]]:
    return {(entry["item"], entry["slot"]): entry for entry in Response.objects.get().items}


def test_an_answer_to_every_kind_of_an_image_is_kept_as_the_protocol_orders_it(looking: Locked) -> None:
    rita = a_tab(looking)
    assert rita.respond(items=LOOKED[::-1]).status_code == 201
    kept = Response.objects.get().items
    names = ["quality", "finding", "signs", "age", "width", "tilt", "odd"]
    assert [entry["item"] for entry in kept] == names
    assert all(set(entry) == {"item", *EMPTY} for entry in kept)
    entries = stored()
    assert entries["signs", "A"]["value"] == ["a", "c"]
    assert entries["width", "A"]["value"] == 5
    assert entries["tilt", "A"]["value"] == 90
    assert entries["odd", None] == {**EMPTY, "item": "odd", "value": "no"}


def test_an_answer_to_every_kind_that_compares_is_kept(pairs: Locked) -> None:
    rita = a_tab(pairs)
    assert rita.respond(items=COMPARED).status_code == 201
    entries = stored()
    assert entries["better", None]["value"] == "none"
    assert entries["order", None]["value"] == ["C", "A", "B"]
    assert entries["target", None]["confidence"] == 1
    assert [entries["blur", letter]["value"] for letter in "ABC"] == [2, 2, 2]


@pytest.mark.parametrize(
    ("item", "changes", "expected"),
    [
        ("quality", {"drop": True}, "incomplete"),
        ("quality", {"value": 6}, "off_scale"),
        ("quality", {"value": 1.5}, "off_scale"),
        ("quality", {"value": "4"}, "off_scale"),
        ("quality", {"value": None}, "off_scale"),
        ("quality", {"other": "good"}, "not_asked"),
        ("quality", {"confidence": 1}, "not_asked"),
        ("quality", {"points": []}, "not_asked"),
        ("quality", {"slot": None}, "not_asked"),
        ("quality", {"slot": "B"}, "unknown_slot"),
        ("quality", {"missing": "time", "value": None}, "not_asked"),
        ("quality", {"missing": "left", "value": None}, "not_asked"),
        ("finding", {"value": "pneumonia"}, "off_scale"),
        ("finding", {"value": None, "other": "  "}, "incomplete"),
        ("finding", {"other": "pneumonia"}, "not_asked"),
        ("finding", {"value": None}, "not_asked"),
        ("finding", {"value": ["none"]}, "off_scale"),
        ("finding", {"confidence": None}, "incomplete"),
        ("finding", {"confidence": 6}, "off_scale"),
        ("finding", {"missing": "skip", "value": None, "confidence": None}, "not_asked"),
        ("finding", {"value": "effusion"}, "incomplete"),
        ("signs", {"value": "a"}, "not_asked"),
        ("signs", {"value": ["a"]}, "incomplete"),
        ("signs", {"value": ["a", "a"]}, "not_asked"),
        ("signs", {"value": ["a", "b", "c"]}, "not_asked"),
        ("signs", {"value": ["a", "d"]}, "off_scale"),
        ("age", {"value": 19.5}, "off_scale"),
        ("age", {"value": 90.5}, "off_scale"),
        ("age", {"value": 43.3}, "off_scale"),
        ("age", {"value": "43"}, "not_asked"),
        ("age", {"value": None}, "not_asked"),
        ("width", {"points": [{"x": 1, "y": 2}]}, "incomplete"),
        ("width", {"points": None, "value": 5}, "incomplete"),
        ("width", {"points": [{"x": 1, "y": 2}, {"x": 17, "y": 2}]}, "off_scale"),
        ("width", {"points": [{"x": 1, "y": 2, "frame": 1}, {"x": 1, "y": 5}]}, "not_asked"),
        ("tilt", {"points": [{"x": 1, "y": 2}, {"x": 4, "y": 6}]}, "incomplete"),
        ("tilt", {"points": [{"x": 1, "y": 2}, {"x": 1, "y": 2}, {"x": 4, "y": 6}]}, "not_asked"),
        ("odd", {"slot": "A"}, "not_asked"),
        ("odd", {"value": "yes"}, "incomplete"),
    ],
)
def test_what_is_no_answer_of_its_kind_is_refused_by_name(
    looking: Locked, item: str, changes: Any, expected: str
) -> None:
    rita = a_tab(looking)
    answer = rita.respond(items=changed(LOOKED, item, **changes))
    assert (answer.status_code, answer.json()["code"]) == (422, expected)
    assert "“" in answer.json()["detail"] or "image" in answer.json()["detail"]
    assert answer.json()["detail"].endswith(".")
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    ("item", "changes", "expected"),
    [
        ("better", {"value": "D"}, "unknown_slot"),
        ("better", {"value": None}, "unknown_slot"),
        ("order", {"value": ["A", "B"]}, "not_asked"),
        ("order", {"value": ["A", "B", "B"]}, "not_asked"),
        ("order", {"value": "ABC"}, "not_asked"),
        ("target", {"value": "none"}, "unknown_slot"),
        ("target", {"confidence": None}, "incomplete"),
        ("blur", {"drop": True}, "incomplete"),
    ],
)
def test_what_compares_no_images_of_the_screen_is_refused(
    pairs: Locked, item: str, changes: Any, expected: str
) -> None:
    rita = a_tab(pairs)
    answer = rita.respond(items=changed(COMPARED, item, **changes))
    assert (answer.status_code, answer.json()["code"]) == (422, expected)
    assert not Response.objects.exists()


@pytest.mark.parametrize(
    "extra",
    [
        said("unheard-of", 1),
        said("quality", 2),
        said("why", "because", slot=None),
        said("where", points=[{"x": 1, "y": 1, "confidence": 1}]),
    ],
)
def test_what_was_not_asked_or_said_already_is_refused(looking: Locked, extra: Any) -> None:
    answer = a_tab(looking).respond(items=[*LOOKED, extra])
    assert (answer.status_code, answer.json()["code"]) == (422, "not_asked")


def test_a_question_is_asked_where_the_answer_above_it_asks_for_it(looking: Locked) -> None:
    rita = a_tab(looking)
    points = [{"x": 3.5, "y": 2, "confidence": 3}]
    found = changed(LOOKED, "finding", value="4A")
    odd = changed(tuple(found), "odd", value="yes")
    answer = rita.respond(items=[*odd, said("where", points=points), said("why", "A line.", slot=None)])
    assert answer.status_code == 201
    kept = [{"x": 3.5, "y": 2.0, "frame": None, "confidence": 3}]
    assert stored()["where", "A"] == {**EMPTY, "item": "where", "slot": "A", "points": kept}


@pytest.mark.parametrize(
    ("points", "expected"),
    [
        ([], 201),
        ([{"x": 0, "y": 24, "confidence": 1}] * 2, 201),
        ([{"x": 0, "y": 24, "confidence": 1}] * 3, 422),
        ([{"x": 0, "y": 24}], 422),
        ([{"x": 0, "y": 24, "confidence": 4}], 422),
        ([{"x": 0, "y": 24.1, "confidence": 1}], 422),
    ],
)
def test_marks_are_as_many_as_allowed_and_inside_the_image(
    looking: Locked, points: Any, expected: int
) -> None:
    found = changed(LOOKED, "finding", value="effusion")
    assert a_tab(looking).respond(items=[*found, said("where", points=points)]).status_code == expected


def test_other_none_and_skip_are_answers_where_they_are_offered(looking: Locked) -> None:
    rita = a_tab(looking)
    answer = changed(LOOKED, "finding", value=None, other="A fracture")
    answer = changed(tuple(answer), "signs", value=[])
    answer = changed(tuple(answer), "quality", value=None, missing="skip")
    assert rita.respond(items=answer).status_code == 201
    entries = stored()
    assert entries["finding", "A"]["other"] == "A fracture"
    assert entries["signs", "A"]["value"] == []
    assert entries["quality", "A"] == {**EMPTY, "item": "quality", "slot": "A", "missing": "skip"}


def test_a_refusal_names_the_question_in_the_readers_language(looking: Locked) -> None:
    made = looking
    rita = a_tab(made)
    headers = {"Accept-Language": "de"}
    path = f"presentations/{rita.state()['current']['token']}/response"
    body = rita.submission(items=changed(LOOKED, "quality", value=9))
    said_back = rita.client.post(
        f"/api/reading/{rita.slug}/{path}", body, content_type="application/json", headers=headers
    )
    assert "Bildqualität" in said_back.json()["detail"]


def test_tasks_are_answered_in_fields_or_as_items_alike() -> None:
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=1) + CALLS + RATES), slug="tasks")
    rita, ron = a_tab(made, "rita"), a_tab(made, "ron")
    assert rita.respond(pick="B").status_code == 201
    as_items = [said("pick", "B", slot=None), *(said("rating", 2, slot=letter) for letter in "ABC")]
    assert ron.respond(pick=None, ratings=None, items=as_items).status_code == 201
    fields, items = (one.said for name in ("rita", "ron") for one in stored_answers(made.reading(name)))
    assert fields == items
    called = [said("call", "real", confidence=2)]
    assert ron.respond(call=None, confidence=None, items=called).status_code == 201
    newest = Response.objects.order_by("pk").last()
    assert newest is not None
    assert (newest.call, newest.confidence, newest.items) == ("real", 2, None)
    twice = ron.respond(items=called)
    assert (twice.status_code, twice.json()["code"]) == (422, "not_asked")


def test_a_label_and_its_values_go_by_the_words_of_the_protocol_in_the_language_of_the_reader() -> None:
    text = protocol_text(
        study='languages = ["en", "de"]',
        more="""[values]
grade = ["0", "1", "2", "3", "4"]
[[labels]]
name = "grade"
title = { en = "Severity", de = "Schweregrad" }
words = ["none", "doubtful", { en = "mild", de = "leicht" }, "moderate", "severe"]
[[labels]]
name = "side"
title = { en = "Side", de = "Seite" }
""",
        sections=CHECKS + 'tells = ["side"]\n',
    )
    labels: Labels = lambda source, number: {"grade": "2", "side": "L"}  # noqa: E731
    rita = a_tab(a_locked_study(text, slug="words", labels=labels))
    for language, asked, grade, mild, side in (
        ("en", "What do you see instead?", "Severity", "mild", "Side"),
        ("de", "Was sehen Sie stattdessen?", "Schweregrad", "leicht", "Seite"),
    ):
        rita.client.cookies["language"] = language
        state = rita.state()
        image = state["current"]["images"][0]
        assert image["label"] == [{"name": "grade", "value": "2", "title": grade, "text": mild}]
        assert image["tells"] == [{"name": "side", "value": "L", "title": side, "text": "L"}]
        seen = next(item for item in state["section"]["items"] if item["name"] == "observed-grade")
        assert (seen["ask"], seen["options"][2]) == (f"{asked} {grade}", {"value": "2", "text": mild})


def test_a_label_can_be_anything_that_an_image_of_the_study_is() -> None:
    rita = a_tab(a_locked_study(protocol_text(sections=CHECKS), slug="labels"))
    assert rita.state()["section"]["label_choices"]["grade"] == ["0", "1", "2"]


def test_the_digest_in_the_log_covers_items(looking: Locked) -> None:
    made = looking
    assert a_tab(made).respond(items=LOOKED).status_code == 201
    [answer] = stored_answers(made.reading("rita"))
    assert Event.objects.get(verb="answer given").particulars["answer"] == answer.digest(VERSION)
    assert list(verify_answers(made.study)) == []
    assert "items" in answer.said


def test_the_same_items_sent_again_are_the_same_answer(looking: Locked) -> None:
    rita = a_tab(looking)
    state = rita.state()
    path = f"presentations/{state['current']['token']}/response"
    body = rita.submission(state, items=LOOKED)
    assert [rita.post(path, body).status_code for _ in range(3)] == [201, 200, 200]
    body["answer"]["items"] = changed(LOOKED, "age", value=44)
    assert rita.post(path, body).json()["code"] == "other_answer"
    assert Response.objects.count() == 1


def test_drafts_and_corrections_keep_items() -> None:
    rita = a_tab(a_locked_study(asking(LOOKS, more="[reading]\nallow_back = true\n"), slug="back"))
    first = rita.state()["current"]["token"]
    draft = {"answer": {"items": [said("quality", 3)]}}
    assert rita.put(f"presentations/{first}/draft", {"draft": draft, "client_ms": 1}).status_code == 204
    assert rita.state()["current"]["draft"] == draft
    state = rita.state()
    rita.respond(state, items=LOOKED)
    assert not Draft.objects.exists()
    previous = rita.get(f"presentations/{first}").json()["previous"]
    assert previous["items"][0]["item"] == "quality"
    assert rita.respond(state, items=changed(LOOKED, "quality", value=1)).status_code == 201
    assert [r.items[0]["value"] for r in Response.objects.order_by("revision")] == [4, 1]
    again = rita.respond(state, items=previous["items"])
    assert again.status_code == 201


def test_an_answer_with_items_takes_no_more_statements(
    looking: Locked, django_assert_max_num_queries: Any
) -> None:
    rita: Tab = a_tab(looking)
    rita.sit()
    rita.respond(items=LOOKED)
    state = rita.state()
    with django_assert_max_num_queries(18):  # without BEGIN and COMMIT
        assert rita.respond(state, items=LOOKED).status_code == 201
