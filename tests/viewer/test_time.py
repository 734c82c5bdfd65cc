"""Times are measured at the reader's side, leave out pauses and hidden tabs, and are never shown unasked."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.viewer.conftest import arrived, wait_for_trial
from tests.viewer.fake_server import FakeServer

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]
CALL: dict[str, Any] = {"task": "call", "slots": "A"}
MINUTES = 3 * 60_000


def later(page: Page, ms: int) -> None:
    page.clock.fast_forward(ms)


def finish(page: Page, server: FakeServer) -> dict[str, Any]:
    for key in ("Shift+S", "2", "Enter"):
        page.keyboard.press(key)
    wait_for_trial(page, 2)
    timing: dict[str, Any] = arrived(page, server)[0]["timing"]
    return timing


def hide(page: Page, hidden: bool) -> None:
    """What a browser does when its tab goes to the background; headless Chromium has no other tab."""
    page.evaluate(
        """hidden => {
            Object.defineProperty(document, 'hidden', {value: hidden, configurable: true});
            document.dispatchEvent(new Event('visibilitychange'));
        }""",
        hidden,
    )


def test_first_paint_first_input_and_the_whole_are_measured(
    serve: Serve, read: Read, clocked: BrowserContext
) -> None:
    server = serve(**CALL)
    page = read(server)
    later(page, 20_000)
    timing = finish(page, server)
    assert 0 < timing["first_paint_ms"] <= timing["response_ms"]
    assert 20_000 <= timing["first_input_ms"] <= timing["response_ms"]
    assert timing["active_ms"] <= timing["response_ms"]
    kinds = [event["kind"] for event in timing["events"]]
    assert [kind for kind in kinds if kind in ("call", "confidence", "submit")] == [
        "call",
        "confidence",
        "submit",
    ]
    moments = [event["t_ms"] for event in timing["events"]]
    assert moments == sorted(moments)


HOLD_THE_PAINT = """
const { getSyncParameter } = WebGL2RenderingContext.prototype;
WebGL2RenderingContext.prototype.getSyncParameter = function (...args) {
  return window.mayPaint ? getSyncParameter.apply(this, args) : this.UNSIGNALED;
};
"""


def test_nothing_is_submitted_before_its_images_are_on_the_screen(
    serve: Serve, context: BrowserContext
) -> None:
    server = serve(**CALL)
    context.add_init_script(HOLD_THE_PAINT)
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    page.locator("#count", has_text="1 of 6").wait_for()
    for key in ("Shift+S", "2", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("#lacks")).to_have_text("The images are not on the screen yet.")
    expect(page.locator("#submit")).to_have_attribute("aria-disabled", "true")
    page.evaluate("window.mayPaint = true")
    wait_for_trial(page, 1)
    expect(page.locator("#submit")).to_have_attribute("aria-disabled", "false")
    page.keyboard.press("Enter")
    (answer,) = arrived(page, server)
    assert answer["timing"]["first_paint_ms"] > answer["timing"]["first_input_ms"]


def test_a_pause_is_no_active_time(serve: Serve, read: Read, clocked: BrowserContext) -> None:
    server = serve(**CALL)
    page = read(server)
    page.keyboard.press("p")
    later(page, MINUTES)
    page.keyboard.press("Enter")
    timing = finish(page, server)
    assert timing["paused_ms"] >= MINUTES
    assert timing["active_ms"] <= timing["response_ms"] - MINUTES


def test_a_hidden_tab_is_no_active_time(serve: Serve, read: Read, clocked: BrowserContext) -> None:
    server = serve(**CALL)
    page = read(server)
    hide(page, True)
    later(page, MINUTES)
    hide(page, False)
    timing = finish(page, server)
    assert timing["hidden_ms"] >= MINUTES
    assert timing["active_ms"] <= timing["response_ms"] - MINUTES
    assert {"hidden", "visible"} <= {event["kind"] for event in timing["events"]}
    assert [event["kind"] for event in server.study.events[:1]] == ["hidden"]


def test_a_reader_who_has_left_is_noticed_and_the_wait_is_no_active_time(
    serve: Serve, read: Read, clocked: BrowserContext
) -> None:
    server = serve(**CALL, section={"idle_after_s": 60})
    page = read(server)
    later(page, MINUTES)
    page.get_by_role("dialog", name="Are you still there?").wait_for()
    expect(page.locator(".pixels")).to_be_hidden()
    page.keyboard.press("Enter")
    timing = finish(page, server)
    assert timing["paused_ms"] >= 60_000
    assert "idle" in {event["kind"] for event in timing["events"]}


NOTED = "sessionStorage.getItem('noted')"


def test_time_goes_on_where_it_was_after_a_reload(serve: Serve, read: Read, clocked: BrowserContext) -> None:
    server = serve(**CALL)
    page = read(server)
    later(page, 20_000)
    page.keyboard.press("1")
    page.locator("#saved", has_text="Saved").wait_for()
    first_paint_ms = server.study.drafts["t1"]["times"]["first_paint_ms"]
    page.reload()
    wait_for_trial(page, 1)
    assert page.evaluate(NOTED) is None
    hide(page, True)
    hide(page, False)
    assert '"call"' in page.evaluate(NOTED)
    timing = finish(page, server)
    assert timing["response_ms"] >= 20_000
    assert timing["first_paint_ms"] == first_paint_ms is not None
    kinds = [event["kind"] for event in timing["events"]]
    assert kinds.count("resumed") == 1 == kinds[: kinds.index("resumed")].count("call")
    # What was looked at and answered does not wait in the tab for whoever sits down next.
    assert page.evaluate(NOTED) is None


def test_the_clock_is_shown_only_where_the_protocol_wants_it(serve: Serve, read: Read) -> None:
    expect(read(serve(**CALL)).locator("#clock")).to_be_hidden()
    clock = read(serve(**CALL, section={"show_clock": True})).locator("#clock")
    assert re.fullmatch(r"\d+:\d\d", clock.text_content() or "")


def test_a_break_is_offered_after_as_many_trials_as_the_protocol_says(serve: Serve, read: Read) -> None:
    server = serve(**CALL, section={"break_after": 2})
    page = read(server)
    finish(page, server)
    for key in ("Shift+S", "2", "Enter"):
        page.keyboard.press(key)
    dialog = page.get_by_role("dialog", name="Time for a break")
    dialog.wait_for()
    assert "2 of 6" in (dialog.text_content() or "")
    page.keyboard.press("Enter")
    wait_for_trial(page, 3)


def test_practice_says_how_the_answer_was_with_the_images_and_their_tools_in_reach(
    serve: Serve, read: Read
) -> None:
    told = {"sentence": "This one is real.", "correct": False, "outline": ["A"]}
    server = serve(**CALL, practice=True, feedback=told)
    page = read(server)
    expect(page.locator("#practice")).to_be_visible()
    for key in ("Shift+S", "2", "Enter"):
        page.keyboard.press(key)
    page.locator("#lacks", has_text="Incorrect. This one is real.").wait_for()
    expect(page.locator(".pixels")).to_be_visible()
    expect(page.locator(".cell.outlined")).to_have_attribute("data-slot", "A")
    page.keyboard.press("n")
    expect(page.locator("#tool-invert")).to_have_attribute("aria-pressed", "true")
    page.keyboard.press("1")
    expect(page.locator(".opt[aria-pressed=true]")).to_have_text("Synthetic2")
    page.keyboard.press("Enter")
    wait_for_trial(page, 2)
    assert len(arrived(page, server)) == 1
