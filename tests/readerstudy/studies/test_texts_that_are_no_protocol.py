"""Anybody who is signed in may send a text: whatever it is, it is refused with a sentence, and soon."""

import json

import pytest
from django.test import Client

from readerstudy.studies.protocol import ProtocolError, parse_protocol
from tests.readerstudy.factory import a_leader, protocol_text
from tests.readerstudy.people import signed_in

#: Each made Python fail or think for minutes: what it is, and what is said of it.
HOSTILE = {
    "lists in lists": ("a = " + "[" * 20_000, "nested too deeply"),
    "tables in tables": ("a = " + "{a=" * 20_000, "nested too deeply"),
    "a number of 5,000 digits": ("a = " + "9" * 5_000, "not valid TOML"),
    "a key of 20,000 parts": ("a" + ".a" * 20_000 + " = 1", "more than a hundred parts"),
    "a key of quoted parts": ('"a"' + ' . "a"' * 20_000 + " = 1", "more than a hundred parts"),
    "half of a character": ("# \ud800", "broken character"),
    "a book": ("# a\n" * 200_000, "at most 400,000"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_with_a_sentence(name: str) -> None:
    text, sentence = HOSTILE[name]
    with pytest.raises(ProtocolError, match=sentence):
        parse_protocol(text)


def test_prose_with_many_dots_is_no_key_of_many_parts() -> None:
    prose = "See 3.1.2.4 … and so on" + "." * 200 + " e.g. a. b. c." * 9
    assert parse_protocol(protocol_text(study=f'analysis_plan = "{prose}"')).analysis_plan == prose


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.parametrize("written", ["as text", "as form"])
def test_the_page_on_which_it_is_written_says_so(name: str, written: str, db: None) -> None:
    text, sentence = HOSTILE[name]
    sealed = {"base": json.dumps(text), "do": "save"}
    sent = sealed if written == "as form" else {"base": '""', "do": "save", "text": text}
    if written == "as text" and not text.isprintable() and "\ud800" in text:
        sent["text"] = "# \ufffd"  # which is what a browser makes of it
        sentence = "study"
    answer = signed_in(a_leader("alice")).post("/studies/new/", sent)
    assert answer.status_code == 422
    assert sentence in answer.content.decode()


@pytest.mark.parametrize("sealed", ["[" * 100_000, "{", "7"])
def test_a_base_that_no_page_has_made_is_left_aside(sealed: str, db: None) -> None:
    alice: Client = signed_in(a_leader("alice"))
    assert alice.post("/studies/new/check/", {"base": sealed, "do": "save"}).status_code == 200
