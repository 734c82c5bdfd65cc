"""A manifest is read or refused with the line that is wrong."""

import pytest

from readerstudy.imaging.errors import BadManifest
from readerstudy.imaging.manifest import parse_manifest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r'line 1: there is no column "file" \(found: none\)'),
        ("name,grade\na.png,1\n", r'there is no column "file" \(found: name, grade\)'),
        ("file,grade,grade\n", "every column needs a name of its own"),
        ("file,grade\n", "lists no file"),
        ("file,grade\na.png,1,2\n", "line 2: 3 cells, but the header has 2 columns"),
        ("file,grade\na.png,1\nb.png,2\na.png,3\n", "line 4: a.png is listed twice"),
        ("file,grade\n,1\n", "line 2: the column file is empty"),
    ],
)
def test_a_bad_manifest_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(BadManifest, match=words):
        parse_manifest(text, name="m.csv")


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_usual_delimiters_are_understood(delimiter: str) -> None:
    text = "file,patient,view\r\na.png,P1,frontal\r\n".replace(",", delimiter)
    row = parse_manifest(text).row_of("a.png")
    assert row is not None
    assert (row.patient, row.labels) == ("P1", {"view": "frontal"})


def test_a_file_is_found_by_the_longest_ending_of_its_name_that_is_listed() -> None:
    manifest = parse_manifest("file,n\nx/a.png,1\ny/a.png,2\nb.png,3\n")
    names = ["x/a.png", "deep/y/a.png", "z/b.png", "a.png", "other.png", "some.zip/x/a.png"]
    rows = [manifest.row_of(name) for name in names]
    assert [row.labels["n"] if row else None for row in rows] == ["1", "2", "3", None, None, "1"]


def test_windows_paths_in_a_manifest_are_understood() -> None:
    assert parse_manifest("file\nleft\\a.png\n").files == ["left/a.png"]


def test_a_name_is_found_however_the_system_spells_its_letters() -> None:
    one_sign, with_dots = "H\u00e4nde/\u00e4.png", "Ha\u0308nde/a\u0308.png"
    assert parse_manifest(f"file\n{one_sign}\n").row_of(with_dots) is not None
    assert parse_manifest(f"file\n{with_dots}\n").row_of(one_sign) is not None
    assert parse_manifest("file,view\na.png,seitlich ha\u0308lftig\n").row_of("a.png").labels == {  # type: ignore[union-attr]
        "view": "seitlich h\u00e4lftig"
    }
