"""Every refusal names the file, the row and the column, says what is wrong and what to do."""

import json
from pathlib import Path
from typing import Any

import pytest

from analysis.bundle import read_bundle
from analysis.bundle.csvfile import MAX_BYTES
from analysis.bundle.errors import BundleError
from tests.analysis.bundle.bundles import STUDY, TABLES, edited, with_column, write_bundle


def refusal(folder: Path) -> BundleError:
    with pytest.raises(BundleError) as caught:
        read_bundle(folder)
    message = str(caught.value)
    assert "\n" not in message
    assert message.endswith(".")
    assert message.startswith(caught.value.file)
    return caught.value


def study(**changes: Any) -> dict[str, Any]:
    return json.loads(json.dumps(STUDY)) | changes


def test_a_valid_bundle_reads_and_keeps_unknown_columns(tmp_path: Path) -> None:
    picks = "\n".join(
        line + (",room" if i == 0 else ",east") for i, line in enumerate(TABLES["picks.csv"].splitlines())
    )
    bundle = read_bundle(write_bundle(tmp_path, tables={"picks.csv": picks}))
    assert bundle.picks is not None
    assert set(bundle.picks["room"]) == {"east"}
    assert bundle.n_answers == 18 + 54 + 36 + 16


def test_a_byte_order_mark_blank_lines_and_windows_line_ends_are_read(tmp_path: Path) -> None:
    text = "\ufeff" + TABLES["picks.csv"].replace("\n", "\r\n") + "\r\n\r\n"
    bundle = read_bundle(write_bundle(tmp_path, tables={"picks.csv": text}))
    assert bundle.picks is not None
    assert len(bundle.picks) == 18


# file, row, column of the damage, the damage, words of the message
CELLS = [
    ("picks.csv", 4, "correct", "2", "“2” is not “0” or “1”"),
    ("picks.csv", 5, "reader", "", "the cell is empty"),
    ("picks.csv", 6, "picked", "Real", "write “real” in exactly these letters"),
    ("picks.csv", 6, "picked", "c", "no alternative of the sources"),
    ("picks.csv", 3, "section", "duos", "“duos” is not “trios”"),
    ("picks.csv", 3, "section", "singles", "whose task is pick_real"),
    ("ratings.csv", 9, "rating", "4", "off the scale “1”, “2” or “3”"),
    ("ratings.csv", 9, "rating", "good", "off the scale"),
    ("ratings.csv", 7, "source", "c", "“c” is not “real”, “a” or “b”"),
    ("calls.csv", 7, "call", "Real", "write “real” in exactly these letters"),
    ("calls.csv", 7, "call", "fake", "“fake” is not “real” or “synthetic”"),
    ("calls.csv", 7, "source", "unknown", "name a source of study.json"),
    ("checks.csv", 2, "verdict", "ok", "is not “fits”, “discrepant” or “unsure”"),
]


@pytest.mark.parametrize(("file", "row", "column", "value", "words"), CELLS)
def test_a_wrong_value_is_refused_with_its_place(
    tmp_path: Path, file: str, row: int, column: str, value: str, words: str
) -> None:
    error = refusal(write_bundle(tmp_path, tables=edited(file, row, column, value)))
    assert (error.file, error.row, error.column) == (file, row, column)
    assert words in str(error)


@pytest.mark.parametrize(
    ("file", "column", "value", "words"),
    [
        ("picks.csv", "order", "first", "not a number"),
        ("picks.csv", "order", "1.5", "not a whole number"),
        ("picks.csv", "response_ms", "-3", "below zero"),
        ("calls.csv", "confidence", "1_000", "not a number"),
        ("calls.csv", "confidence", "nan", "not a number"),
        ("picks.csv", "slot_picked", "9", "beyond the 3 alternatives"),
        ("picks.csv", "catch", "yes", "is not “0” or “1”"),
    ],
)
def test_a_wrong_value_of_an_optional_column_is_refused_too(
    tmp_path: Path, file: str, column: str, value: str, words: str
) -> None:
    lines = TABLES[file].splitlines()
    text = "\n".join(
        [lines[0] + f",{column}", *(line + "," for line in lines[1:-1]), lines[-1] + f",{value}"]
    )
    error = refusal(write_bundle(tmp_path, tables={file: text}))
    assert (error.file, error.row, error.column) == (file, len(lines), column)
    assert words in str(error)


def test_a_missing_column_is_named_with_those_that_are_needed(tmp_path: Path) -> None:
    error = refusal(
        write_bundle(tmp_path, tables={"picks.csv": TABLES["picks.csv"].replace("correct", "right")})
    )
    assert (error.row, error.column) == (1, "correct")
    assert "needed are section, reader, trial, picked, correct" in str(error)


def test_a_column_in_other_letters_is_recognised(tmp_path: Path) -> None:
    error = refusal(
        write_bundle(tmp_path, tables={"picks.csv": TABLES["picks.csv"].replace("reader", "Reader")})
    )
    assert "rename “Reader”" in str(error)


@pytest.mark.parametrize(("mark", "word"), [(";", "semicolons"), ("\t", "tabs")])
def test_other_separators_than_commas_are_recognised(tmp_path: Path, mark: str, word: str) -> None:
    error = refusal(write_bundle(tmp_path, tables={"picks.csv": TABLES["picks.csv"].replace(",", mark)}))
    assert f"separated by {word}; save the table separated by commas" in str(error)


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("section,reader,trial,picked,correct,reader", "columns 2 and 6 are both named “reader”"),
        ("section,reader,trial,picked,correct,", "column 6 has no name"),
        ("section,reader,trial,picked,correct,a\x07b", "column 6, “a�b”, holds a control character"),
    ],
)
def test_a_header_whose_names_are_no_names_is_refused(tmp_path: Path, header: str, words: str) -> None:
    rows = [f"{line}," for line in TABLES["picks.csv"].splitlines()[1:]]
    text = "\n".join([header, *rows])
    assert words in str(refusal(write_bundle(tmp_path, tables={"picks.csv": text})))


def test_zero_and_one_may_be_written_as_numbers_are(tmp_path: Path) -> None:
    text = TABLES["picks.csv"].replace(",1\n", ",1.0\n").replace(",0\n", ",0.0\n")
    bundle = read_bundle(write_bundle(tmp_path, tables={"picks.csv": text}))
    assert bundle.picks is not None
    assert set(bundle.picks["correct"]) == {0.0, 1.0}


def with_slots(picked: str, real: str) -> dict[str, str]:
    """Slots for the first two picks, which are of the real and of a synthetic image."""
    text = with_column(TABLES["picks.csv"], "slot_picked", *picked, *[""] * 16)
    return {"picks.csv": with_column(text, "slot_real", *real, *[""] * 16)}


def test_slots_counted_from_0_and_from_1_at_once_are_refused(tmp_path: Path) -> None:
    error = refusal(write_bundle(tmp_path, tables=with_slots("03", "01")))
    assert (error.row, error.column) == (3, "slot_picked")
    assert "count from 0 to 2, or from 1 throughout" in str(error)


@pytest.mark.parametrize("text", ["", "\n", "\ufeff"])
def test_an_empty_file_is_refused(tmp_path: Path, text: str) -> None:
    assert "is empty" in str(refusal(write_bundle(tmp_path, tables={"picks.csv": text})))


def test_a_table_with_a_header_alone_is_refused(tmp_path: Path) -> None:
    header = TABLES["calls.csv"].splitlines()[0]
    assert "no rows" in str(refusal(write_bundle(tmp_path, tables={"calls.csv": header})))


def test_a_row_with_too_many_cells_is_refused(tmp_path: Path) -> None:
    lines = TABLES["picks.csv"].splitlines()
    lines[3] += ",more"
    error = refusal(write_bundle(tmp_path, tables={"picks.csv": "\n".join(lines)}))
    assert error.row == 4
    assert "6 cells and the header 5" in str(error)


def test_another_encoding_is_refused_with_the_row_where_it_shows(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path)
    text = TABLES["picks.csv"].replace("R3,T6", "Jürgen,T6")
    (folder / "picks.csv").write_bytes(text.encode("latin-1"))
    error = refusal(folder)
    assert (error.file, error.row) == ("picks.csv", 19)
    assert "not UTF-8" in str(error)


def test_a_file_of_ten_gigabytes_is_refused_before_it_is_read(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path)
    with (folder / "picks.csv").open("r+b") as stream:
        stream.truncate(10 * 2**30)
    error = refusal(folder)
    assert MAX_BYTES < 10 * 2**30
    assert "10.0 GiB" in str(error)


def test_a_duplicate_answer_is_refused(tmp_path: Path) -> None:
    text = TABLES["picks.csv"] + "trios,R3,T6,a,0\n"
    error = refusal(write_bundle(tmp_path, tables={"picks.csv": text}))
    assert (error.file, error.row) == ("picks.csv", 20)
    assert "a second row for section “trios”, reader “R3”, trial “T6”" in str(error)


def test_a_hidden_repeat_is_no_duplicate(tmp_path: Path) -> None:
    lines = TABLES["picks.csv"].splitlines()
    text = "\n".join([lines[0] + ",repeat_of", *(line + "," for line in lines[1:]), "trios,R3,T6,a,0,T6"])
    bundle = read_bundle(write_bundle(tmp_path, tables={"picks.csv": text}))
    assert bundle.picks is not None
    assert len(bundle.picks) == 19


def test_two_real_alternatives_in_a_trial_are_refused(tmp_path: Path) -> None:
    text = TABLES["ratings.csv"] + "trios,R1,T1,real-other,real,2\n"
    error = refusal(write_bundle(tmp_path, tables={"ratings.csv": text}))
    assert "trial “T1” has two real alternatives, “real-1” and “real-other”" in str(error)
    lines = TABLES["picks.csv"].replace("real,1", "real#2,1", 1)
    error = refusal(
        write_bundle(tmp_path, tables={"picks.csv": lines + "trios,R4,T1,real,1\ntrios,R4,T2,real,1\n"})
    )
    assert "two real alternatives" in str(error)


def test_a_correct_pick_of_a_synthetic_image_is_refused(tmp_path: Path) -> None:
    text = TABLES["picks.csv"].replace(",a,0", ",a,1", 1)
    error = refusal(write_bundle(tmp_path, tables={"picks.csv": text}))
    assert "1 contradicts the pick of “a”, which is synthetic" in str(error)
    assert error.column == "correct"


@pytest.mark.parametrize(
    ("slots", "complaint"),
    [
        ((2, 1), "slot 2 contradicts the pick of “real”, which is real: the real image was in slot 1"),
        ((1, 1), "slot 1 contradicts the pick of “a”, which is synthetic: the real image was in slot 1"),
    ],
)
def test_a_slot_that_contradicts_the_pick_is_refused(
    tmp_path: Path, slots: tuple[int, int], complaint: str
) -> None:
    header, *rows = TABLES["picks.csv"].splitlines()
    wanted = "real" if "real:" in complaint and "is real" in complaint else "a"
    place = next(i for i, row in enumerate(rows) if row.split(",")[3] == wanted)
    lines = [f"{header},slot_picked,slot_real"]
    lines += [f"{row},{slots[0]},{slots[1]}" if i == place else f"{row},," for i, row in enumerate(rows)]
    error = refusal(write_bundle(tmp_path, tables={"picks.csv": "\n".join(lines) + "\n"}))
    assert complaint in str(error)
    assert (error.row, error.column) == (place + 2, "slot_picked")


def test_a_reader_without_answers_is_refused(tmp_path: Path) -> None:
    readers = "reader,specialty\nR1,x\nR2,x\nR3,x\nR9,x\n"
    error = refusal(write_bundle(tmp_path, tables={"readers.csv": readers}))
    assert (error.file, error.row, error.column) == ("readers.csv", 5, "reader")
    assert "“R9” has no answer in any table" in str(error)


def test_a_reader_who_is_not_listed_is_refused(tmp_path: Path) -> None:
    error = refusal(write_bundle(tmp_path, tables={"readers.csv": "reader\nR1\nR2\n"}))
    assert "“R3” is not in readers.csv" in str(error)


def test_a_section_of_one_reader_is_set_aside(tmp_path: Path) -> None:
    lines = TABLES["picks.csv"].splitlines()
    bundle = read_bundle(write_bundle(tmp_path, tables={"picks.csv": "\n".join(lines[:7])}))
    assert bundle.set_aside == {"trios": "“R1” is the only reader of section “trios”."}
    assert (bundle.picks, bundle.ratings) == (None, None)
    assert bundle.n_answers == 36 + 16


def test_a_section_of_one_trial_is_set_aside(tmp_path: Path) -> None:
    lines = TABLES["picks.csv"].splitlines()
    kept = [line for line in lines if ",T1," in line or "trial" in line]
    bundle = read_bundle(write_bundle(tmp_path, tables={"picks.csv": "\n".join(kept)}))
    assert bundle.set_aside == {"trios": "“T1” is the only trial of section “trios”."}


def test_a_section_without_answers_is_set_aside(tmp_path: Path) -> None:
    more = study(sections=[*STUDY["sections"], {"name": "more", "task": "rate"}])
    bundle = read_bundle(write_bundle(tmp_path, study=more))
    assert bundle.set_aside == {"more": "Section “more” has no answers in ratings.csv."}


def test_a_bundle_of_such_sections_alone_is_refused(tmp_path: Path) -> None:
    lines = TABLES["picks.csv"].splitlines()
    trios = study(sections=STUDY["sections"][:1])
    folder = write_bundle(tmp_path, study=trios, tables={"picks.csv": "\n".join(lines[:7])})
    for file in ("ratings.csv", "calls.csv", "checks.csv"):
        (folder / file).unlink()
    assert "“R1” is the only reader of section “trios”" in str(refusal(folder))


def test_an_image_of_two_sources_is_refused(tmp_path: Path) -> None:
    error = refusal(write_bundle(tmp_path, tables=edited("ratings.csv", 8, "source", "b")))
    assert error.column == "source"
    assert "elsewhere" in str(error)


def test_an_image_that_is_not_listed_is_refused(tmp_path: Path) -> None:
    error = refusal(write_bundle(tmp_path, tables={"images.csv": "image,source\nreal-1,real\n"}))
    assert "is not in images.csv" in str(error)


STUDIES = [
    (study(sources=[]), "sources", "there are no sources"),
    (study(sources=[{"name": "x"}, {"name": "y", "kind": "real"}]), "sources[0].kind", "is not “real” or"),
    (study(sources=[{"name": "x"}, {"name": "x"}]), "sources[1].name", "named twice"),
    (study(sections=[{"name": "s", "task": "guess"}]), "sections[0].task", "“guess” is not"),
    (study(sections=[{"name": "s", "task": "pick_real"}]), "sections[0].alternatives", "from 2 to 64"),
    (study(scale={"points": [1, 1]}), "scale.points", "do not rise"),
    (study(scale={"points": [1, 2], "labels": ["low"]}), "scale.labels", "one word for each of 2"),
    (study(margins={"detection": -1}), "margins.detection", "no number between 0 and 1"),
    (study(margins=[0.1]), "margins", "is not an object"),
    (study(level=95), "level", "between 0.5 and 1"),
]


@pytest.mark.parametrize(("document", "column", "words"), STUDIES)
def test_a_wrong_study_is_refused_with_its_place(
    tmp_path: Path, document: dict[str, Any], column: str, words: str
) -> None:
    error = refusal(write_bundle(tmp_path, study=document))
    assert (error.file, error.column) == ("study.json", column)
    assert words in str(error)


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (b"", "is empty"),
        (b"{", "the JSON breaks off"),
        (b"\xff\xfe{", "not UTF-8"),
        (b"[]", "holds no object"),
        (b'{"level": NaN}', "cannot be read"),
        (b'{"title": "\\ud800"}', "surrogate"),
        (b"[" * 200_000, "cannot be read"),
        (b'{"level": ' + b"9" * 5000 + b"}", "cannot be read"),
    ],
)
def test_a_study_file_that_is_no_json_is_refused(tmp_path: Path, raw: bytes, words: str) -> None:
    folder = write_bundle(tmp_path)
    (folder / "study.json").write_bytes(raw)
    assert words in str(refusal(folder))


def test_a_folder_without_a_study_is_refused(tmp_path: Path) -> None:
    assert "the file is missing" in str(refusal(tmp_path))
    assert "the file is missing" in str(refusal(tmp_path / "nowhere"))


def test_a_study_without_tables_is_refused(tmp_path: Path) -> None:
    (tmp_path / "study.json").write_text(json.dumps(STUDY))
    assert "no table of answers" in str(refusal(tmp_path))


@pytest.mark.parametrize("name", ["study.json", *TABLES])
def test_a_folder_in_the_place_of_a_file_is_named_as_one(tmp_path: Path, name: str) -> None:
    bundle = write_bundle(tmp_path)
    (bundle / name).unlink()
    (bundle / name).mkdir()
    assert str(refusal(bundle)) == f"{name}: it is a folder, not a file; put the file itself there."


@pytest.mark.parametrize("name", ["study.json", "picks.csv"])
def test_a_file_of_the_bundle_given_for_its_folder_is_named_as_one(tmp_path: Path, name: str) -> None:
    told = str(refusal(write_bundle(tmp_path) / name))
    assert told == f"{name}: it is a file; name the folder that holds study.json and the tables."


def test_a_link_to_nothing_is_named_as_one(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path)
    (folder / "picks.csv").unlink()
    (folder / "picks.csv").symlink_to(tmp_path / "gone.csv")
    assert "picks.csv: it is a link to nothing" in str(refusal(folder))


def test_what_never_ends_is_not_read(tmp_path: Path) -> None:
    folder = write_bundle(tmp_path)
    (folder / "picks.csv").unlink()
    (folder / "picks.csv").symlink_to("/dev/zero")
    assert "picks.csv: it is no ordinary file" in str(refusal(folder))
