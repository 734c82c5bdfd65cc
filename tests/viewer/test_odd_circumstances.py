"""What nobody plans for: a full disk, a shared browser, a wrong clock, a closed door, a key held down."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Dialog, Page, expect

from tests.viewer.conftest import ANSWER, FETCHED, drafted, press, tokens, wait_for_trial
from tests.viewer.fake_server import FakeServer

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]

NO_ROOM = """
IDBObjectStore.prototype.add = IDBObjectStore.prototype.put = function () {
    throw new DOMException('no room', 'QuotaExceededError');
};
"""
NO_DATABASE = "Object.defineProperty(window, 'indexedDB', { value: undefined });"
BUSY = "window.held = []; window.requestIdleCallback = (act) => window.held.push(act);"
AT_LEISURE = "window.requestIdleCallback = setTimeout; held.splice(0).forEach((act) => act());"
AN_HOUR_AHEAD = "const now = Date.now; Date.now = () => now() + 3600e3;"


def test_a_busy_machine_fetches_no_image_of_a_trial_that_was_answered_meanwhile(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    context.add_init_script(BUSY)
    server = serve(trials=9)
    page = read(server)
    page.evaluate("held.splice(0).forEach((act) => act())")
    # The second trial is here and waits to go to the graphics card, the third for that.
    page.wait_for_function("held.length > 0")
    for number in (2, 3, 4):
        press(page, *ANSWER)
        wait_for_trial(page, number)
    page.evaluate(AT_LEISURE)
    press(page, *ANSWER)
    wait_for_trial(page, 5)
    assert [path for _, path in server.study.requests].count("/api/reading/pixels/p3A") == 1


@pytest.mark.parametrize("missing", [NO_ROOM, NO_DATABASE], ids=["no room", "no database"])
def test_without_room_in_the_browser_reading_goes_on(
    serve: Serve, read: Read, context: BrowserContext, missing: str
) -> None:
    context.add_init_script(missing)
    server = serve()
    page = read(server)
    press(page, *ANSWER)
    wait_for_trial(page, 2)
    press(page, *ANSWER)
    assert tokens(page, server, 2) == ["t1", "t2"]


def test_an_answer_that_only_the_page_knows_is_said_to_be_so_and_keeps_the_page_open(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    context.add_init_script(NO_ROOM)
    server = serve()
    page = read(server)
    context.set_offline(True)
    press(page, *ANSWER)
    page.get_by_role("alert").get_by_text("kept in this page only").wait_for()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.close(run_before_unload=True)
    context.set_offline(False)
    page.get_by_role("alert").wait_for(state="hidden")
    assert asked == ["beforeunload"]
    assert tokens(page, server) == ["t1"]


def test_what_one_reader_left_in_a_shared_browser_waits_for_them(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve()
    page = read(server)
    context.set_offline(True)
    press(page, *ANSWER)
    page.get_by_role("alert").get_by_text("Your last answer is kept on this device").wait_for()
    mine = server.study.sitting
    # Before the network is back, or the page sends its answer while it still can.
    server.study.refusal = (404, "not_found")
    context.set_offline(False)
    server.study.reader, server.study.sitting = "R02", ""
    page.goto(f"{server.address}/read/")
    wait_for_trial(page, 1)
    page.wait_for_function(FETCHED, arg=server.study.addresses(4))
    assert server.study.sitting != mine
    expect(page.get_by_role("dialog")).to_have_count(0)
    server.study.refusal = None
    server.study.reader, server.study.sitting = "R01", ""
    page.goto(f"{server.address}/read/")
    wait_for_trial(page, 2)
    assert tokens(page, server) == ["t1"]


@pytest.mark.parametrize(
    ("status", "code"), [(409, "display_check"), (409, "step_first"), (423, "frozen"), (404, "not_found")]
)
def test_an_answer_that_is_not_taken_yet_is_sent_again_later(
    serve: Serve, read: Read, status: int, code: str
) -> None:
    server = serve()
    page = read(server)
    server.study.refusal = (status, code)
    press(page, *ANSWER)
    page.get_by_role("dialog").get_by_text("Something comes first.").wait_for()
    server.study.refusal = None
    page.goto(f"{server.address}/read/")
    wait_for_trial(page, 2)
    assert tokens(page, server) == ["t1"]


def test_an_answer_that_will_never_be_taken_does_not_stand_in_the_way(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    server.study.refusal = (422, "incomplete")
    press(page, *ANSWER)
    wait_for_trial(page, 2)
    page.get_by_role("dialog").get_by_text("Something comes first.").wait_for()
    server.study.refusal = None
    press(page, "Enter")
    wait_for_trial(page, 1)
    press(page, *ANSWER)
    assert tokens(page, server) == ["t1"]


def test_an_answer_to_a_study_that_was_made_anew_does_not_stand_in_the_way(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    server.study.refusal = (404, "not_found")
    press(page, *ANSWER)
    page.get_by_role("dialog", name="You cannot read this now").wait_for()
    page.goto(f"{server.address}/read/")
    page.get_by_role("dialog", name="The server did not accept this answer").wait_for()
    server.study.refusal = None
    page.reload()
    wait_for_trial(page, 1)
    press(page, *ANSWER)
    assert tokens(page, server) == ["t1"]
    wait_for_trial(page, 2)


def test_a_clock_that_is_ahead_does_not_bring_an_old_draft_back(
    serve: Serve, read: Read, context: BrowserContext, browser: Browser
) -> None:
    context.add_init_script(AN_HOUR_AHEAD)
    server = serve()
    page = read(server)
    press(page, "4")
    drafted(page, server, "t1", ratings={"A": 4})
    elsewhere = browser.new_page()
    elsewhere.goto(f"{server.address}/read/")
    elsewhere.get_by_role("button", name="Continue here").click()
    wait_for_trial(elsewhere, 1)
    press(elsewhere, "1")
    drafted(elsewhere, server, "t1", ratings={"A": 1})
    elsewhere.close()
    server.study.sitting = ""
    page.reload()
    wait_for_trial(page, 1)
    expect(page.locator("[data-slot=A] .scale [aria-pressed=true] b")).to_have_text("1")


def pressed_again(page: Page, key: str) -> None:
    """What a key that is held down sends after its first stroke."""
    page.evaluate(
        """key => document.body.dispatchEvent(
            new KeyboardEvent('keydown', {key, bubbles: true, repeat: true}))""",
        key,
    )


def complete_draft() -> dict[str, Any]:
    answer = {"pick": "A", "ratings": {"A": 1, "B": 2, "C": 3, "D": 4}}
    blank = {"call": None, "confidence": None, "verdict": None, "observed": None, "reasons": []}
    times = {"active_ms": 5, "hidden_ms": 0, "paused_ms": 0, "elapsed_ms": 5}
    painted = {"first_paint_ms": 1, "first_input_ms": 2}
    return {"answer": answer | blank, "times": times | painted, "saved_at": 1}


def test_a_key_held_down_and_a_double_click_submit_once(serve: Serve, read: Read) -> None:
    server = serve()
    server.study.drafts = {f"t{number}": complete_draft() for number in (1, 2, 3)}
    page = read(server)
    press(page, "Enter")
    wait_for_trial(page, 2)
    pressed_again(page, "Enter")
    submit = page.get_by_role("button", name="Next")
    submit.click()
    wait_for_trial(page, 3)
    submit.dispatch_event("click", {"detail": 2})
    press(page, "n", "2")
    drafted(page, server, "t3", ratings={"A": 2, "B": 2, "C": 3, "D": 4})
    assert tokens(page, server, 2) == ["t1", "t2"]


def test_without_webgl_the_images_are_drawn_on_a_plain_canvas(serve: Serve, context: BrowserContext) -> None:
    server = serve()
    page = context.new_page()
    page.goto(f"{server.address}/read/?renderer=2d")
    wait_for_trial(page, 1)
    brightest = (
        "canvas => Math.max(...canvas.getContext('2d').getImageData(0, 0, 90, 90).data.slice(0, 9999))"
    )
    assert all(canvas.evaluate(brightest) > 0 for canvas in page.locator("canvas.pixels").all())
    press(page, *ANSWER)
    wait_for_trial(page, 2)
