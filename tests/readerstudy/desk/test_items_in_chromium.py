"""Items on the form of a protocol in a real browser: by keyboard, by dragging, and for everybody."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import close
from tests.readerstudy.factory import a_leader
from tests.readerstudy.people import signed_in
from tests.viewer.test_for_everybody import overflows, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEW = "/studies/new/?from=deepfake-phases#f-sections-0"


@pytest.fixture
def page(browser: Browser, live_server: Any, db: None) -> Iterator[Page]:
    client = signed_in(a_leader("alice"))
    context = browser.new_context(
        base_url=str(live_server), viewport={"width": 1024, "height": 900}, bypass_csp=True
    )
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live_server)}]
    )
    yield context.new_page()
    close(context)


def items(page: Page, section: int) -> list[str]:
    """The names of a section's items, in their order on the page."""
    path = re.escape(f"sections[{section}].items[")
    found = page.locator("input").evaluate_all("all => all.map(one => [one.name, one.value])")
    return [value for name, value in found if re.fullmatch(rf"{path}\d+\]\.name", name)]


def field(page: Page, path: str) -> Any:
    return page.locator(f'[name="{path}"]')


def test_an_item_moves_by_keyboard_and_keeps_what_was_typed(page: Page) -> None:
    page.goto(NEW)
    assert items(page, 0) == ["quality", "diagnosis", "noticed", "unusual"]
    ask = field(page, "sections[0].items[0].ask")
    ask.fill("How sharp is it?")
    ask.press("Alt+ArrowDown")
    expect(field(page, "sections[0].items[0].name")).to_have_value("diagnosis")
    assert items(page, 0) == ["diagnosis", "quality", "noticed", "unusual"]
    expect(field(page, "sections[0].items[1].ask")).to_have_value("How sharp is it?")


def test_an_item_moves_by_dragging_its_line(page: Page) -> None:
    page.goto(NEW)
    lines = page.locator(".item-order").first.locator("li")
    lines.nth(3).drag_to(lines.nth(0))
    expect(field(page, "sections[0].items[0].name")).to_have_value("unusual")
    assert items(page, 0) == ["unusual", "quality", "diagnosis", "noticed"]


def test_an_item_of_another_kind_is_asked_what_that_kind_needs(page: Page) -> None:
    page.goto(NEW)
    field(page, "sections[0].items[0].ask").fill("How sharp is it?")
    field(page, "sections[0].items[0].kind").select_option("choice")
    expect(field(page, "sections[0].items[0].options")).to_be_visible()
    expect(field(page, "sections[0].items[0].kind")).to_be_focused()
    expect(field(page, "sections[0].items[0].scale")).to_have_count(0)
    expect(field(page, "sections[0].items[0].ask")).to_have_value("How sharp is it?")


def test_an_item_is_added_and_removed_by_button(page: Page) -> None:
    page.goto(NEW)
    page.locator('button[value="add sections[0].items 3"]').click()
    expect(field(page, "sections[0].items[4].kind")).to_have_value("number")
    page.locator('button[value="remove sections[0].items[4]"]').click()
    expect(field(page, "sections[0].items[4].kind")).to_have_count(0)


@pytest.mark.parametrize("width", [1440, 768, 390])
def test_a_form_with_items_is_for_everybody(page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(NEW)
    assert violations(page) == []
    assert not overflows(page)
