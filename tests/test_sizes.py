"""Functions and files stay small enough to be read in one go."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LONGEST_FUNCTION, LONGEST_FILE = 50, 500
FILES = [
    path
    for package in ("readerstudy", "analysis", "generation")
    for path in sorted((ROOT / package).rglob("*.py"))
    if "migrations" not in path.parts
]


def lines_of(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (function.end_lineno or 0) - function.lineno + 1


def functions_in(path: Path) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_there_is_something_to_measure() -> None:
    assert len(FILES) > 300


@pytest.mark.parametrize("package", ["readerstudy", "analysis", "generation"])
def test_no_function_is_longer_than_a_screen(package: str) -> None:
    found = [
        (path, one) for path in FILES if path.parts[len(ROOT.parts)] == package for one in functions_in(path)
    ]
    long = [
        f"{path.relative_to(ROOT)}: {one.name}" for path, one in found if lines_of(one) > LONGEST_FUNCTION
    ]
    assert long == []


def test_no_file_is_longer_than_ten_screens() -> None:
    lengths = {path.relative_to(ROOT): len(path.read_text(encoding="utf-8").splitlines()) for path in FILES}
    assert {path for path, length in lengths.items() if length > LONGEST_FILE} == set()
