"""Reading over a slow line: images may take as long as they need; only silence makes the page ask again."""

from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.viewer.conftest import ANSWER, tokens, wait_for_trial
from tests.viewer.fake_server import FakeServer, Ration

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
SIDE = 96
PIECE = SIDE * SIDE // 8
# What the first edition allowed for a whole image.
TWENTY_SECONDS = 20_000


def opened(context: BrowserContext, server: FakeServer) -> Page:
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    return page


def wait_for_share(page: Page, percent: int) -> None:
    page.locator("#percent", has_text=f"{percent} %").wait_for()


def starts(server: FakeServer, slot: str) -> list[int]:
    return [start for path, start in server.study.ranges if path.endswith(f"p1{slot}")]


@pytest.mark.slow
def test_a_trial_opens_on_a_line_that_needs_more_than_twenty_seconds_for_an_image(
    serve: Serve, context: BrowserContext
) -> None:
    server = serve(width=512, height=512, trials=1)
    page = context.new_page()
    rate = 4 * 512 * 512 / 24
    line = context.new_cdp_session(page)
    line.send("Network.enable")
    line.send(
        "Network.emulateNetworkConditions",
        {"offline": False, "latency": 100, "downloadThroughput": rate, "uploadThroughput": rate},
    )
    page.goto(f"{server.address}/read/")
    page.get_by_role("progressbar", name="Images loaded").wait_for()
    page.locator("#grid[data-painted]").wait_for(timeout=120_000)
    assert [len(starts(server, slot)) for slot in "ABCD"] == [1, 1, 1, 1]


def test_an_image_that_keeps_coming_is_never_given_up(serve: Serve, clocked: BrowserContext) -> None:
    server = serve(ration=Ration(PIECE), slots="A", trials=1)
    page = opened(clocked, server)
    for piece in range(1, 8):
        server.study.ration.release(1)
        wait_for_share(page, 100 * piece // 8)
        page.clock.fast_forward(TWENTY_SECONDS // 2)  # the rest is for a machine that is busy
    server.study.ration.release(1)
    wait_for_trial(page, 1)
    assert starts(server, "A") == [0]


def test_after_a_silence_only_the_rest_is_asked_for(serve: Serve, clocked: BrowserContext) -> None:
    server = serve(ration=Ration(PIECE), slots="A", trials=1)
    page = opened(clocked, server)
    server.study.ration.release(3)
    wait_for_share(page, 37)
    page.clock.fast_forward(TWENTY_SECONDS + 1_000)
    page.get_by_role("alert").get_by_text("No connection to the server.").wait_for()
    server.study.ration.release(20)
    page.clock.fast_forward(2_000)
    wait_for_trial(page, 1)
    assert starts(server, "A") == [0, 3 * PIECE]
    expect(page.get_by_role("alert")).to_be_hidden()


def test_a_server_without_ranges_sends_the_image_again(serve: Serve, clocked: BrowserContext) -> None:
    server = serve(ration=Ration(PIECE), slots="A", trials=1, knows_ranges=False)
    page = opened(clocked, server)
    server.study.ration.release(3)
    wait_for_share(page, 37)
    page.clock.fast_forward(TWENTY_SECONDS + 1_000)
    page.get_by_role("alert").get_by_text("No connection to the server.").wait_for()
    server.study.ration.release(20)
    page.clock.fast_forward(2_000)
    wait_for_trial(page, 1)


def test_an_answer_goes_out_while_the_next_images_are_on_their_way(
    serve: Serve, clocked: BrowserContext
) -> None:
    server = serve(ration=Ration(SIDE * SIDE), trials=2)
    page = opened(clocked, server)
    server.study.ration.release(4)
    wait_for_trial(page, 1)
    for key in ANSWER:
        page.keyboard.press(key)
    assert tokens(page, server) == ["t1"]
    expect(page.locator("#lacks")).to_contain_text("Loading images")
    expect(page.locator("#loading")).to_be_hidden()
    server.study.ration.release(4)
    wait_for_trial(page, 2)
