"""The pages around the images in a real browser: each step by step, and axe finds nothing on any."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page

from tests.readerstudy.factory import CALLS, CHECKS, QUARTETS, Locked, a_locked_study, protocol_text
from tests.readerstudy.factory import read_everything as read_all
from tests.readerstudy.reading.test_pages import QUESTIONS
from tests.viewer.test_for_everybody import overflows, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

SECTIONS = QUARTETS.format(trials=1) + CALLS + CHECKS


@pytest.fixture
def made(browser: Browser, db: None) -> Locked:
    return a_locked_study(protocol_text(sections=SECTIONS, more=QUESTIONS), briefed=False)


def fine(page: Page, heading: str) -> None:
    """The page of that heading is there, accessible, and no wider than its window."""
    page.get_by_role("heading", name=heading, exact=True).wait_for()
    assert violations(page) == []
    assert not overflows(page)


@pytest.mark.parametrize("width", [1440, 768])
def test_every_step_is_fine(made: Locked, browser: Browser, live_server: Any, width: int) -> None:
    context = browser.new_context(viewport={"width": width, "height": 900}, bypass_csp=True)
    context.set_default_timeout(15_000)
    name = settings.SESSION_COOKIE_NAME
    value = made.client("rita").cookies[name].value
    context.add_cookies([{"name": name, "value": value, "url": str(live_server)}])
    page = context.new_page()
    page.goto(f"{live_server}/read/")
    fine(page, "My studies")
    page.get_by_role("link", name="Begin").click()
    fine(page, "Knees")
    page.get_by_label("I have read this").check()
    page.get_by_role("button", name="Continue").click()
    page.get_by_role("heading", name="About you").wait_for()
    page.get_by_role("button", name="Continue").click()
    fine(page, "About you")
    page.get_by_label("radiology").check()
    page.get_by_label("Years of experience?").fill("7")
    page.get_by_role("button", name="Continue").click()
    fine(page, "How it works")
    page.get_by_role("button", name="I have read this").click()
    fine(page, "Your screen")
    for field, answer in (("dark_steps_seen", 6), ("bright_steps_seen", 2)):
        page.locator(f"input[name={field}][value='{answer}']").check()
    page.get_by_label("dim").check()
    page.get_by_role("button", name="Check and continue").click()
    page.get_by_text("next to white you can tell 2").wait_for()
    assert page.locator("input[name=bright_steps_seen][value='2']").is_checked()
    fine(page, "Your screen")
    page.get_by_role("link", name="Continue anyway").click()
    page.locator("#grid[data-painted]").wait_for()
    list(read_all(made.reading("rita")))
    page.goto(f"{live_server}/read/knees/")
    fine(page, "Thank you")
    page.goto(f"{live_server}/read/hips/")
    fine(page, "Nothing here")
    context.close()
