"""The reference of protocols is written from the parser, and says something of each field."""

import io
from pathlib import Path

import pytest
from django.core.management import call_command

from readerstudy.desk.protocol.reference_page import example_texts, known_fields, meanings, reference_page
from readerstudy.studies.protocol import examine
from readerstudy.studies.protocol.items import KINDS
from readerstudy.studies.protocol.parse_items import FIELDS

PAGE = Path(__file__).parents[3] / "docs" / "protocol.md"


def test_the_page_in_the_documentation_is_the_one_that_the_parser_gives() -> None:
    assert PAGE.read_text(encoding="utf-8") == reference_page(), (
        "Write it anew: manage.py protocol_reference > docs/protocol.md"
    )


def test_the_command_prints_the_page() -> None:
    out = io.StringIO()
    call_command("protocol_reference", stdout=out)
    assert out.getvalue() == reference_page()


def test_every_field_has_a_meaning_and_no_meaning_speaks_of_nothing() -> None:
    said = {(chapter, name) for chapter, names in meanings().items() for name in names}
    assert said == {(known.chapter, known.name) for known in known_fields()}


def test_every_field_has_an_example() -> None:
    assert [known.name for known in known_fields() if known.asked.value is None] == []


@pytest.mark.parametrize("kind", KINDS)
def test_every_field_of_a_kind_has_an_example_of_that_kind(kind: str) -> None:
    by_name = {known.name: known for known in known_fields() if known.chapter == "item"}
    assert [name for name in FIELDS[kind] if by_name[name].by_kind[kind].value is None] == []


def test_the_example_that_says_everything_is_in_order() -> None:
    assert examine(example_texts()[0]).problems == ()
