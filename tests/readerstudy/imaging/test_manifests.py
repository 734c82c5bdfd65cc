"""A manifest is read or refused with the line that is wrong."""

from pathlib import Path

import pytest

from readerstudy.imaging.errors import BadManifest
from readerstudy.imaging.manifest import Row, parse_manifest, read_manifest


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", r'line 1: there is no column "file" \(found: none\)'),
        ("name,grade\na.png,1\n", r'there is no column "file" \(found: name, grade\)'),
        ("file,grade,grade\n", "every column needs a name of its own"),
        ("file,grade\n", "lists no file"),
        ("file,grade\na.png,1,2\n", "no row can be used. Line 2: 3 cells, but the header has 2 columns"),
        ("file,grade\n,1\n", "no row can be used. Line 2: The column file is empty"),
    ],
)
def test_a_bad_manifest_is_refused_with_its_line(text: str, words: str) -> None:
    with pytest.raises(BadManifest, match=words):
        parse_manifest(text, name="m.csv")


@pytest.mark.parametrize(
    ("rows", "line", "file", "words"),
    [
        ("b.png,1,2", 3, "b.png", "3 cells, but the header has 2 columns"),
        (",1", 3, "", "The column file is empty"),
        ("a.png,1", 3, "a.png", "Line 2 says the same"),
        ("b.png,\udcfc", 3, "b.png", "letters that are no UTF-8"),
        ("b.png,2\u200b", 3, "b.png", "grade holds a character that cannot be seen (U+200B). Type the value"),
        ("b.png,2\x07", 3, "b.png", "grade holds a character that cannot be seen (U+0007)"),
        (f"b.png,{'2' * 201}", 3, "b.png", "grade has 201 characters; at most 200 are allowed. Shorten it."),
    ],
)
def test_a_bad_row_is_refused_and_the_others_are_taken(rows: str, line: int, file: str, words: str) -> None:
    manifest = parse_manifest(f"file,grade\na.png,1\n{rows}\nlast.png,4\n")
    assert manifest.files == ["a.png", "last.png"]
    (refused,) = manifest.refused
    assert (refused.line, refused.file) == (line, file)
    assert words in refused.reason
    assert manifest.refuses("folder/b.png") == (file == "b.png")


def test_of_rows_that_disagree_on_a_file_none_is_taken() -> None:
    manifest = parse_manifest("file,grade\na.png,1\nb.png,2\na.png,3\na.png,1\n")
    assert manifest.files == ["b.png"]
    assert [(row.line, row.file) for row in manifest.refused] == [(2, "a.png"), (4, "a.png"), (5, "a.png")]
    assert manifest.refuses("a.png")


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
def test_a_list_is_read_however_a_spreadsheet_program_wrote_it(encoding: str, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("file\tview\r\nä.png\tfrontal\r\n".encode(encoding))
    assert read_manifest(path).row_of("ä.png") == Row(file="ä.png", labels={"view": "frontal"})


def test_bytes_that_are_no_letters_refuse_only_their_row(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes("file,view\na.png,1\nM\u00fcller.png,2\n".encode("latin-1"))
    manifest = read_manifest(path)
    assert (manifest.files, [row.line for row in manifest.refused]) == (["a.png"], [3])


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


def test_the_spaces_of_spreadsheet_programs_are_spaces() -> None:
    """A label with a no-break space could not be reported once its study was locked."""
    manifest = parse_manifest("file,grade\na.png,grade\xa02\nb.png,grade\t2\n")
    assert [manifest.row_of(name) for name in ("a.png", "b.png")] == [
        Row(file=name, labels={"grade": "grade 2"}) for name in ("a.png", "b.png")
    ]
