"""The snippets of docs/api.md do what they say."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator

from readerstudy.accounts.issue_token import issue_token
from readerstudy.accounts.models import Scope
from readerstudy.desk.api_urls import of_a_study, urlpatterns
from readerstudy.desk.shell.api import DeskView
from readerstudy.results.freeze import freeze_study
from tests.readerstudy.factory import a_locked_study, answer_next

PAGE = (Path(__file__).parents[4] / "docs" / "api.md").read_text(encoding="utf-8")
RSCRIPT = shutil.which("Rscript")


def test_every_scope_opens_something_and_the_page_says_what() -> None:
    views = [
        pattern.callback.view_class
        for pattern in [*urlpatterns, *of_a_study]
        if hasattr(getattr(pattern, "callback", None), "view_class")
    ]
    opened = {scope for view in views if issubclass(view, DeskView) for scope in (view.reads, view.writes)}
    told = set(re.findall(r"^\| `(\w+:\w+)` \|", PAGE, re.MULTILINE))
    assert opened == told == set(Scope.personal())


def has_r() -> bool:
    """R with the one package that the snippet needs."""
    if RSCRIPT is None:
        return False
    asked = [RSCRIPT, "-e", "library(jsonlite)"]
    return subprocess.run(asked, capture_output=True, check=False).returncode == 0


def snippet(language: str) -> str:
    found = re.search(rf"```{language}\n(.*?)```", PAGE, re.DOTALL)
    assert found is not None
    return found[1]


def printed(command: list[str], server: str, folder: Path, scopes: list[str]) -> list[str]:
    """What a program says that asks a live server about a frozen study with one answer."""
    made = a_locked_study()
    answer_next(made.reading("rita"))
    freeze_study(made.study, by=made.owner, reason="done")
    _, key = issue_token("notebook", by=made.owner, scopes=scopes)
    done = subprocess.run(
        command,
        cwd=folder,
        env={**os.environ, "READERSTUDY": server, "READERSTUDY_TOKEN": key},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.django_db(transaction=True)
def test_the_python_snippet_prints_progress_from_a_live_server(live_server: Any, tmp_path: Path) -> None:
    command = [sys.executable, "-c", snippet("python")]
    lines = printed(command, live_server.url, tmp_path, ["study:read"])
    assert lines == ["knees R01 1 of 3", "knees R02 0 of 3"]


@pytest.mark.skipif(not has_r(), reason="R with jsonlite is not installed")
@pytest.mark.django_db(transaction=True)
def test_the_r_snippet_prints_progress_and_fetches_the_tables(live_server: Any, tmp_path: Path) -> None:
    (tmp_path / "snippet.R").write_text(snippet("r"), encoding="utf-8")
    lines = printed([str(RSCRIPT), "snippet.R"], live_server.url, tmp_path, ["study:read", "results:read"])
    assert [line.split() for line in lines[1:3]] == [["1", "R01", "1", "3"], ["2", "R02", "0", "3"]]
    assert "picks.csv" in " ".join(lines[3:])


def known_paths() -> set[str]:
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]  # type: ignore[no-untyped-call]
    return {re.sub(r"\{\w+\}", "*", path) for path in paths}


def test_the_r_snippet_asks_addresses_that_the_schema_knows() -> None:
    asked = re.findall(r'"(?:%s)?(/api/[^"]*)"', snippet("r"))
    assert len(asked) == 3
    assert {path.replace("%s", "*") for path in asked} <= known_paths()


def test_every_address_of_a_study_is_on_the_page() -> None:
    table = re.sub(r"\{\w+\}", "*", PAGE.split("## Addresses")[1].split("## From Python")[0])
    missing = [
        path
        for path in known_paths()
        if path.startswith("/api/studies/*/") and path.split("*/", 1)[1].split("/")[0] not in table
    ]
    assert missing == []
