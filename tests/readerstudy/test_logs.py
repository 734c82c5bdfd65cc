"""No secret of an address reaches a log, whoever writes it."""

import json
import logging
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.urls import URLResolver, get_resolver

from readerstudy.logs import JsonFormatter, LineFormatter, redact

DOCS = Path(__file__).parents[2] / "docs"
OPERATIONS = DOCS / "operations.md"
CADDYFILE = DOCS / "deploy/Caddyfile"
CANARY = "b24ONGM5HHdMdmYhgPgbxHpK"
SECRET_PART = re.compile(r"<token:\w+>|<\w+:token>|\(\?P<(?:key|uidb36)>.*?\)(?=[-/])")


def routes(patterns: list[Any] | None = None, before: str = "/") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern).strip("^$")
        yield from routes(pattern.url_patterns, route) if isinstance(pattern, URLResolver) else [route]


def secret_addresses() -> list[str]:
    """Every address that carries a token, with the canary for it."""
    secret = [route for route in routes() if SECRET_PART.search(route)]
    filled = [re.sub(r"<\w+:\w+>", "knees", SECRET_PART.sub(CANARY, route)) for route in secret]
    assert len(filled) >= 7
    return filled


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("django.request", logging.ERROR, __file__, 1, message, None, None)


@pytest.mark.parametrize("address", secret_addresses())
@pytest.mark.parametrize("formatter", [LineFormatter("%(message)s"), JsonFormatter()])
def test_the_token_of_an_address_is_cut(address: str, formatter: logging.Formatter) -> None:
    for text in (f"Internal Server Error: {address}", f'"GET {address} HTTP/1.1" 200', f"{address}?next=/"):
        line = formatter.format(record(text))
        assert CANARY not in line
        assert "…" in line


@pytest.mark.parametrize("address", secret_addresses())
def test_the_sample_of_nginx_cuts_them_as_well(address: str) -> None:
    pattern = re.search(r"^    \"~\^\(\?<head>(.*?)\"", OPERATIONS.read_text(), re.MULTILINE)
    assert pattern is not None
    cut = re.match(f"(?P<head>{pattern.group(1)}", address)
    assert cut is not None
    assert CANARY not in cut["head"]


@pytest.mark.parametrize("address", [*secret_addresses(), f"/studies/?q={CANARY}"])
def test_the_configuration_of_caddy_cuts_them_as_well(address: str) -> None:
    """Caddy quotes the address of each request that fails, as while the platform starts again."""
    filters = re.search(r'request>uri regexp "(.*)" "\$\{1\}\.\.\."', CADDYFILE.read_text())
    assert filters is not None
    for sent in (address, f"{address}?next=/{CANARY}"):
        assert re.sub(filters[1], r"\1...", sent).endswith("...")
        assert CANARY not in re.sub(filters[1], r"\1...", sent)
    assert re.sub(filters[1], r"\1...", "/studies/knees/lock/") == "/studies/knees/lock/"


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("GET /accounts/login/?next=/read/x/&code=123 200", "GET /accounts/login/?… 200"),
        ("Authorization: Bearer rst_4Zt9abcDEF-gh_i", "Authorization: Bearer rst_…"),
        ("answer " + "0af3" * 16 + " kept", "answer [digest] kept"),
        (
            "/studies/pelvis-real-or-synthetic/lock/ failed?",
            "/studies/pelvis-real-or-synthetic/lock/ failed?",
        ),
    ],
)
def test_queries_keys_and_digests_are_cut_and_nothing_else(text: str, kept: str) -> None:
    assert redact(text) == kept


def test_json_is_one_object_a_line_with_its_traceback_cut_too() -> None:
    try:
        raise ValueError(f"/invitation/{CANARY}/")
    except ValueError:
        failed = logging.LogRecord("x", logging.ERROR, __file__, 1, "It failed\nhere", None, sys.exc_info())
        line = JsonFormatter().format(failed)
    entry = json.loads(line)
    assert "\n" not in line
    assert (entry["level"], entry["logger"], entry["message"]) == ("ERROR", "x", "It failed\nhere")
    assert "ValueError: /invitation/…/" in entry["traceback"]
    assert CANARY not in line
