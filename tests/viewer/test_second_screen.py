"""Another screen, as the Window Management API tells of it: offered, used, refused, plugged in late."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.viewer.conftest import arrived, press
from tests.viewer.fake_server import FakeServer

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]

#: A browser with two screens; `refused` is what its reader says when asked.
TWO_SCREENS = """
window.extended = true;
window.refused = false;
window.asked = [];
Object.defineProperty(Screen.prototype, "isExtended", { get: () => window.extended });
const [here, there] = [{ label: "built in" }, { label: "diagnostic" }];
window.getScreenDetails = async () => {
  if (window.refused) throw new DOMException("Permission denied", "NotAllowedError");
  return { screens: [here, there], currentScreen: here };
};
Element.prototype.requestFullscreen = async function ({ screen } = {}) {
  window.asked.push(screen?.label ?? "this one");
};
"""


@pytest.fixture
def page(serve: Serve, read: Read, context: BrowserContext) -> Page:
    context.add_init_script(TWO_SCREENS)
    return read(serve(task="call", slots="A", spacing_mm=0.5))


def to_the_other(page: Page) -> None:
    page.get_by_role("button", name="More").click()
    page.get_by_role("button", name="Full screen on the other screen").click()


def test_the_images_move_to_the_other_screen_whose_size_nobody_measured(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    context.add_init_script(TWO_SCREENS)
    server = serve(task="call", slots="A", spacing_mm=0.5)
    page = read(server)
    page.evaluate("Object.assign(document.body.dataset, {mm: '0.2', screen: screen.width})")
    to_the_other(page)
    page.wait_for_function("window.asked.length")
    assert page.evaluate("window.asked") == ["diagnostic"]
    page.wait_for_function("!('mm' in document.body.dataset)")
    press(page, "ArrowLeft", "1", "Enter")
    [sent] = arrived(page, server)
    assert [event["value"] for event in sent["timing"]["events"] if event["kind"] == "screen"] == ["other"]


def test_a_refusal_is_said_and_the_button_stays(page: Page) -> None:
    page.evaluate("window.refused = true")
    to_the_other(page)
    expect(page.locator("#lacks")).to_contain_text("did not allow the other screen")
    assert page.evaluate("window.asked") == []
    page.evaluate("window.refused = false")
    to_the_other(page)
    page.wait_for_function("window.asked.length")


def test_a_screen_that_is_plugged_in_later_is_offered(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    context.add_init_script(TWO_SCREENS + "window.extended = false;")
    page = read(serve(task="call", slots="A"))
    page.get_by_role("button", name="More").click()
    expect(page.locator("#full-screen")).to_be_visible()
    expect(page.locator("#other-screen")).to_be_hidden()
    page.evaluate("window.extended = true; screen.dispatchEvent(new Event('change'))")
    expect(page.locator("#other-screen")).to_be_visible()
