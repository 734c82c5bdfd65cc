"""Programs act on the codes of errors: a code keeps its name and status. New ones go into codes.txt."""

import importlib
import pkgutil
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import readerstudy
from readerstudy.errors import ReaderstudyError

LISTED = (Path(__file__).parent / "codes.txt").read_text(encoding="utf-8").splitlines()
STATUS_BY_CODE = {code: int(status) for status, code in (line.split() for line in LISTED)}


def errors_of(error: type[ReaderstudyError]) -> Iterator[type[ReaderstudyError]]:
    for below in error.__subclasses__():
        if below.__module__.startswith("readerstudy."):
            yield below
            yield from errors_of(below)


def all_errors() -> list[type[ReaderstudyError]]:
    for module in pkgutil.walk_packages(readerstudy.__path__, "readerstudy."):
        if not re.search(r"\.(migrations|management|wsgi|__main__)", module.name):
            importlib.import_module(module.name)
    return list(errors_of(ReaderstudyError))


def test_every_code_is_listed_with_its_status() -> None:
    assert {error.code: error.status for error in all_errors()} == STATUS_BY_CODE


def test_two_errors_of_one_code_have_one_status() -> None:
    statuses = Counter(code for code, _ in {(error.code, error.status) for error in all_errors()})
    assert [code for code, number in statuses.items() if number > 1] == []


def test_every_error_is_a_sentence() -> None:
    assert [error.__name__ for error in all_errors() if not (error.__doc__ or "").strip().endswith(".")] == []
