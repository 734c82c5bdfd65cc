"""A browser seals what it keeps with a key that the server gives to the reader alone."""

import re
from typing import Any

import pytest

from tests.readerstudy.factory import Locked
from tests.readerstudy.reading.screens import good_screen

pytestmark = pytest.mark.django_db


def told(made: Locked, name: str, what: str) -> str:
    browser = made.client(name)
    browser.post(f"/read/{made.study.slug}/display/", good_screen(browser))
    answer = browser.get(f"/read/{made.study.slug}/trial/")
    assert answer.status_code == 200, answer
    assert "no-store" in answer["Cache-Control"]  # the browser's cache has no key beside the lock
    found = re.search(rf'data-{what}="([^"]+)"', answer.content.decode())
    assert found is not None
    return found[1]


def keys_told(made: Locked, name: str) -> list[str]:
    return told(made, name, "keys").split(" ")


def test_each_reader_has_a_key_that_stays_over_sessions(knees: Locked) -> None:
    ritas, rons = keys_told(knees, "rita"), keys_told(knees, "ron")
    assert len(ritas) == len(rons) == 1
    assert ritas != rons
    assert keys_told(knees, "rita") == ritas


def test_a_renewed_secret_still_opens_what_the_former_sealed(knees: Locked, settings: Any) -> None:
    (former,) = keys_told(knees, "rita")
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of this server, long enough to be one of production"
    present, kept = keys_told(knees, "rita")
    assert kept == former
    assert present != former


def test_names_in_the_browser_differ_between_readers_and_stay_when_the_secret_is_renewed(
    knees: Locked, settings: Any
) -> None:
    ritas, rons = told(knees, "rita", "shelf"), told(knees, "ron", "shelf")
    assert ritas != rons
    assert re.fullmatch("[0-9a-f]{16}", ritas)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another secret of this server, long enough to be one of production"
    assert told(knees, "rita", "shelf") == ritas


@pytest.mark.parametrize("name", ["carl", "anna", "alice"])
def test_staff_are_given_no_key(knees: Locked, name: str) -> None:
    answer = knees.client(name).get(f"/read/{knees.study.slug}/trial/")
    assert b"data-keys" not in answer.content
