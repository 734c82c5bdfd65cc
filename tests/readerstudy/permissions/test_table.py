"""Every address of the platform × every role of this and another study → a status."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from readerstudy.reading.models import Slot
from readerstudy.reading.walk import Walk
from tests.readerstudy.factory import (
    PRACTICE,
    QUARTETS,
    a_locked_study,
    answer_next,
    kept_for_a_module,
    protocol_text,
)
from tests.readerstudy.people import signed_in
from tests.readerstudy.permissions.row import ROLES, Row, World, all_rows


def all_routes(patterns: list[URLPattern | URLResolver] | None = None, before: str = "") -> Iterator[str]:
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        route = before + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from all_routes(pattern.url_patterns, route)
        else:
            yield route


ROWS = all_rows()


@pytest.fixture(autouse=True)
def _confirmations_last(settings: Settings) -> None:
    """The browsers confirm once for the whole table, which may take longer than a confirmation lasts."""
    settings.ACCOUNT_REAUTHENTICATION_TIMEOUT = 86_400


@pytest.fixture(scope="module")
def world(django_db_setup: None, django_db_blocker: Any) -> Iterator[World]:
    """rita has practised and reads; nothing of it is unblinded."""
    with kept_for_a_module(django_db_blocker.unblock()):
        mine = a_locked_study(protocol_text(sections=PRACTICE + QUARTETS.format(trials=2)))
        others = {"coordinator": "cora", "analyst": "arne", "readers": ("rolf",)}
        theirs = a_locked_study(slug="hips", owner="olga", **others)  # type: ignore[arg-type]
        practised = Walk(mine.reading("rita")).current
        assert practised is not None
        for _ in range(2):
            answer_next(mine.reading("rita"))
        current = Walk(mine.reading("rita")).current
        assert current is not None
        slot = Slot.objects.get(presentation=current, position=0)
        yield World(
            mine=mine,
            theirs=theirs,
            presentation=current.token,
            slot=slot.token,
            practised=practised.token,
        )


@pytest.fixture(scope="module")
def browsers(world: World, django_db_blocker: Any) -> dict[str, Client]:
    """Everybody has just confirmed that it is them, so that no address asks for that instead of answering."""
    with django_db_blocker.unblock():
        people = {
            "reader": world.mine.people["rita"],
            "other reader": world.theirs.people["rolf"],
            "coordinator": world.mine.people["carl"],
            "analyst": world.mine.people["anna"],
            "owner": world.mine.people["alice"],
            "other owner": world.theirs.people["olga"],
        }
        signed = {role: signed_in(person, confirmed=True) for role, person in people.items()}
        return {"anonymous": Client(), **signed}


def test_every_address_has_its_row_and_every_row_its_address() -> None:
    assert sorted(set(all_routes()) ^ set(ROWS)) == []


@pytest.mark.parametrize("route", sorted(ROWS))
def test_each_role_gets_what_the_table_says(
    route: str, world: World, browsers: dict[str, Client], db: None
) -> None:
    row = ROWS[route]
    got = tuple(_status(browsers[role], row, world) for role in ROLES)
    assert dict(zip(ROLES, got, strict=True)) == dict(zip(ROLES, row.statuses, strict=True))


def _status(browser: Client, row: Row, world: World) -> int:
    cookies = browser.cookies.copy()
    with transaction.atomic():
        answer = browser.generic(row.method, row.address(world), content_type="application/json")
        transaction.set_rollback(True)
    browser.cookies = cookies
    return answer.status_code
