"""The pages around the images in a real browser: each step by step, and axe finds nothing on any."""

import re
from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, Page, expect

from readerstudy.reading.display_chart import CHART_LEVELS
from readerstudy.reading.models import Concern
from readerstudy.truth.virtual.sharp_eyes import digits_on
from tests.chromium import close
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


def take_the_tour(page: Page) -> None:
    """With keys alone each step is ticked off, as is a double click with the mouse."""
    page.get_by_label("Keyboard", exact=True).check()
    page.locator("#tour-view").focus()
    for key in ("w", "Shift+ArrowRight", "m", "Shift+ArrowUp", "+", "n", "r"):
        page.keyboard.press(key)
    expect(page.locator("#tour-said")).to_have_text("You have tried everything.")
    page.get_by_label("Mouse", exact=True).check()
    page.locator("#tour-view").dblclick()
    expect(page.locator("#tour-said")).to_have_text("Done: Double-click: all is as it was.")


def report_and_stop(page: Page) -> None:
    """A problem is reported without a network, by key; then the reader stops for today."""
    page.context.set_offline(True)
    page.keyboard.press("!")
    page.get_by_role("heading", name="Report a problem").wait_for()
    assert violations(page) == []
    page.get_by_label("Wrong body part").check()
    page.get_by_role("group", name="Which image?").get_by_label("B").check()
    page.get_by_role("button", name="Report", exact=True).click()
    page.get_by_role("button", name="Continue").click()
    expect(page.locator("body")).not_to_have_class(re.compile("covered"))
    assert not Concern.objects.exists()
    with page.expect_response("**/concern") as sent:
        page.context.set_offline(False)
    assert sent.value.status == 204
    assert Concern.objects.get().slot is not None
    page.locator("#pause").click()
    page.get_by_role("button", name="Stop for today").click()
    fine(page, "Stopped for today")
    page.get_by_role("link", name="Withdraw from the study").click()
    fine(page, "Withdraw from the study")


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
    take_the_tour(page)
    page.get_by_role("button", name="I have read this").click()
    fine(page, "Your screen")
    charts = {
        name: str(page.locator(f".chart:has([name={name}]) img").get_attribute("src"))
        for name in CHART_LEVELS
    }
    for name in ("dark", "grey"):
        page.locator(f"[name={name}]").first.focus()
        page.keyboard.type("".join(digits_on(charts[name], CHART_LEVELS[name][0])))
    page.get_by_label("Brightness of the square").press("ArrowRight")
    page.get_by_label("dim").check()
    page.get_by_role("button", name="Check and continue").click()
    page.get_by_text("Of the 4 digits on white you read 0.").wait_for()
    assert page.locator(".messages li", has_text="digits").count() == 1
    expect(page.get_by_label("dim")).to_be_checked()
    fine(page, "Your screen")
    page.get_by_role("link", name="Continue anyway").click()
    page.locator("#grid[data-painted]").wait_for()
    report_and_stop(page)
    list(read_all(made.reading("rita")))
    page.goto(f"{live_server}/read/knees/")
    fine(page, "Thank you")
    page.goto(f"{live_server}/read/hips/")
    fine(page, "Nothing here")
    close(context)
