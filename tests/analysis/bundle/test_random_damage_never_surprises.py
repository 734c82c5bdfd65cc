"""Whatever is done to a valid bundle, it either reads or is refused with a BundleError."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from analysis.bundle import Bundle, read_bundle
from analysis.bundle.errors import BundleError
from analysis.compute import compute
from analysis.document import Document, to_json
from analysis.reporting.conduct_prose import section_conduct
from analysis.reporting.methods import methods
from analysis.reporting.tables import tables
from tests.analysis.bundle.bundles import STUDY, every_column, section_results, write_bundle

VALID = every_column()
FILES = ["study.json", *VALID]
NASTY = [
    "",
    " ",
    "\x00",
    "nan",
    "1e400",
    "-1",
    "9" * 400,
    '"',
    "=1+1",
    "ä",
    "\u2028",
    "real#2",
    "a,b",
    "\r",
    "0",
    "3",
    "1.0",
    "1e300",
    str(2**53),
    "١",
]

bytes_damage = st.tuples(st.sampled_from(FILES), st.floats(0, 1), st.integers(0, 40), st.binary(max_size=12))
cell_damage = st.tuples(
    st.sampled_from(list(VALID)),
    st.integers(0, 60),
    st.integers(0, 12),
    st.sampled_from(NASTY) | st.text(max_size=8),
)
json_value = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from(["real", "a"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=6,
)


@pytest.fixture(scope="module")
def valid(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_bundle(tmp_path_factory.mktemp("valid") / "bundle", tables=VALID)


def read_or_refuse(folder: Path) -> Bundle | None:
    try:
        return read_bundle(folder)
    except BundleError as error:
        message = str(error)
    assert "\n" not in message
    return None


def said(document: Document) -> None:
    """Everything that a report says and tabulates."""
    json.dumps(to_json(document), allow_nan=False)
    methods(document)
    for name in document.sections:
        list(section_results(document, name))
        list(section_conduct(document, name))
    for table in tables(document):
        for row in table.rows:
            [column.shown(row) for column in table.columns]


QUICK = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


@QUICK
@given(damage=st.lists(bytes_damage, min_size=1, max_size=3))
def test_bytes_cut_and_put_in_anywhere(valid: Path, damage: list[Any]) -> None:
    folder = valid.parent / "bytes"
    shutil.copytree(valid, folder, dirs_exist_ok=True)
    for name, where, cut, put in damage:
        raw = (folder / name).read_bytes()
        at = int(where * len(raw))
        (folder / name).write_bytes(raw[:at] + put + raw[at + cut :])
    read_or_refuse(folder)


@QUICK
@given(damage=st.lists(cell_damage, min_size=1, max_size=3))
def test_cells_replaced_by_nasty_values(valid: Path, damage: list[Any]) -> None:
    folder = valid.parent / "cells"
    shutil.copytree(valid, folder, dirs_exist_ok=True)
    for name, row, column, value in damage:
        lines = (folder / name).read_text(encoding="utf-8").split("\n")
        cells = lines[row % len(lines)].split(",")
        cells[column % len(cells)] = value
        lines[row % len(lines)] = ",".join(cells)
        (folder / name).write_text("\n".join(lines), encoding="utf-8", errors="replace")
    bundle = read_or_refuse(folder)
    if bundle is not None:
        said(compute(bundle))


@QUICK
@given(
    place=st.sampled_from(["title", "sources", "scale", "margins", "sections", "level", "seed"]),
    value=json_value,
)
def test_anything_in_the_place_of_a_part_of_the_study(valid: Path, place: str, value: Any) -> None:
    folder = valid.parent / "study"
    shutil.copytree(valid, folder, dirs_exist_ok=True)
    text = json.dumps(STUDY | {place: value})
    (folder / "study.json").write_text(text, encoding="utf-8", errors="surrogatepass")
    read_or_refuse(folder)
