"""One thing changes in the text of a protocol; every other byte, comment and order stays as it was."""

import tomllib
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from readerstudy.desk.protocol.published import all_published, published
from readerstudy.studies.errors import ChangeItInTheText
from readerstudy.studies.protocol.blocks import blocks_of, joined
from readerstudy.studies.protocol.rewrite import add, move, put, remove

TEXT = """\
# Ours, not theirs.

[study]  # the head
title = 'Knees' # single quotes
seed=7
instructions = \"\"\"
[[sections]]
is only a word here.
\"\"\"

# About the practice
[[sections]]
name = "practice"
compose = {real=1,   model = 3}

# About the calls,
# in two lines
[[sections]]
name = "calls"
trials = 4
[sections.compose]
real = 2
# end"""


def changed(old: str, new: str) -> tuple[list[str], list[str]]:
    """The lines only the old and only the new text has."""
    before, after = old.splitlines(), new.splitlines()
    return [line for line in before if line not in after], [line for line in after if line not in before]


@pytest.mark.parametrize(
    "text", [TEXT, TEXT.replace("\n", "\r\n"), "", "\n\n", *(p.text for p in all_published())]
)
def test_the_pieces_of_a_text_are_the_text(text: str) -> None:
    assert joined(blocks_of(text)) == text


@pytest.mark.parametrize(
    ("path", "value", "gone", "come"),
    [
        ("study.seed", 8, ["seed=7"], ["seed=8"]),
        ("study.title", "Hips", ["title = 'Knees' # single quotes"], ['title = "Hips" # single quotes']),
        ("sections[1].trials", 5, ["trials = 4"], ["trials = 5"]),
        ("sections[1].compose.real", 3, ["real = 2"], ["real = 3"]),
        ("sections[1].compose.model", 2, [], ["model = 2"]),
        ("sections[0].trials", 9, [], ["trials = 9"]),
        ("sections[1].trials", None, ["trials = 4"], []),
        ("margins.detection", 0.2, [], ["[margins]", "detection = 0.2"]),
    ],
)  # fmt: skip
def test_a_field_changes_alone(path: str, value: Any, gone: list[str], come: list[str]) -> None:
    assert changed(TEXT, put(TEXT, path, value)) == (gone, come)


def test_line_ends_stay_those_of_the_file() -> None:
    text = TEXT.replace("\n", "\r\n")
    new = put(text, "sections[0].labels", ["a", "b"])
    assert new.count("\n") == new.count("\r\n") == text.count("\n") + 1


def test_a_section_moves_with_the_comment_above_it() -> None:
    new = move(TEXT, "sections[1]", -1)
    assert new.index("# in two lines") < new.index('"calls"') < new.index("# About the practice")
    assert move(new, "sections[0]", 1).split() == TEXT.split()


def test_a_section_leaves_with_the_comment_above_it() -> None:
    assert changed(TEXT, remove(TEXT, "sections[0]"))[0] == [
        "# About the practice", 'name = "practice"', "compose = {real=1,   model = 3}",
    ]  # fmt: skip


def test_a_table_takes_its_place_among_the_others() -> None:
    new = add(published("demo").text, "sources", {"name": "gan", "kind": "synthetic"})
    assert [source["name"] for source in tomllib.loads(new)["sources"]][-1] == "gan"
    assert new.index('"gan"') < new.index("[scale]")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("study = { title = 'inline' }\n", "study.title"),
        ("sections = [{ name = 'inline' }]\n", "sections[0].name"),
        ("study.title = 'dotted'\n", "study.title"),
        ("[[sections]]\nname = 'only one'\n", "sections[3].name"),
    ],
)
def test_a_text_that_cannot_be_changed_so_is_refused(text: str, path: str) -> None:
    with pytest.raises(ChangeItInTheText):
        put(text, path, "new")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r")))
def test_any_text_arrives_in_the_protocol_as_it_was_typed(typed: str) -> None:
    new = put(published("demo").text, "study.consent", typed)
    assert tomllib.loads(new)["study"]["consent"] == typed
