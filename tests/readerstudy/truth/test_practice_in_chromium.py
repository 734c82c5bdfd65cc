"""In practice, and in practice alone, the page says how the answer was."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser

from tests.chromium import close
from tests.readerstudy.factory import PRACTICE, QUARTETS, Locked, a_locked_study, protocol_text
from tests.readerstudy.truth.test_practice import real_letter

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def made(browser: Browser, db: None) -> Locked:
    sections = PRACTICE.replace("trials = 2", "trials = 1") + QUARTETS.format(trials=2)
    return a_locked_study(protocol_text(sections=sections, more='[display]\nif_failed = "ignore"\n'))


def test_the_page_tells_how_a_practice_answer_was(made: Locked, browser: Browser, live_server: Any) -> None:
    context = browser.new_context()
    context.set_default_timeout(15_000)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": made.client("rita").cookies[name].value, "url": str(live_server)}
    context.add_cookies([cookie])  # type: ignore[list-item]
    real = real_letter(made.reading("rita"))
    page = context.new_page()
    page.goto(f"{live_server}/read/knees/trial/")
    page.locator("#grid[data-painted]").wait_for()
    page.keyboard.press(f"Shift+{real}")
    page.keyboard.press("Enter")
    page.locator("#lacks", has_text=f"Correct, {real} is real.").wait_for()
    page.keyboard.press("Enter")
    page.get_by_text("Section 2: Triples").wait_for()
    close(context)
