"""The fake server that the page talks to, and the page in a real Chromium."""

from collections.abc import Callable, Generator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page

from tests.chromium import close
from tests.viewer.fake_server import FakeServer, Study

ANSWER = ("3", "b", "4", "c", "1", "d", "2", "Shift+B", "Enter")

#: Whether the images at these addresses have arrived in the page.
FETCHED = """addresses => {
    const here = new Set(performance.getEntriesByName("image fetched").map(({ detail }) => detail));
    return addresses.every((address) => here.has(address));
}"""


@pytest.fixture
def serve() -> Generator[Callable[..., FakeServer]]:
    servers: list[FakeServer] = []

    def start(**study: Any) -> FakeServer:
        servers.append(FakeServer(Study(**study)))
        return servers[-1]

    yield start
    for server in servers:
        server.close()


@pytest.fixture
def context(browser: Browser) -> Generator[BrowserContext]:
    context = browser.new_context(viewport={"width": 1100, "height": 700})
    yield context
    close(context)


@pytest.fixture
def clocked(context: BrowserContext) -> BrowserContext:
    """A browser whose clock can be put forward: nobody waits, and how fast the machine is does not matter."""
    context.clock.install()
    return context


@pytest.fixture
def read(context: BrowserContext) -> Generator[Callable[[FakeServer], Page]]:
    """Opens the reading page and waits for the first trial to be painted; any script error fails the test."""
    errors: list[str] = []

    def open_page(server: FakeServer, page: Page | None = None) -> Page:
        page = page or context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(f"{server.address}/read/")
        wait_for_trial(page)
        return page

    yield open_page
    # What is fetched only when it is needed is asked for again; without a network it fails first.
    assert [error for error in errors if "dynamically imported module" not in error] == []


def wait_for_trial(page: Page, number: int | None = None) -> None:
    """Waits until a trial's images are on the screen; the fake server calls its trials t1, t2, and so on."""
    which = "" if number is None else f'="t{number}"'
    page.locator(f"#grid[data-painted{which}]").wait_for()


def arrived(page: Page, server: FakeServer, count: int = 1) -> list[dict[str, Any]]:
    """Waits until so many answers have reached the server; the page does not wait for them."""
    for _ in range(1_500):
        if len(server.study.responses) >= count:
            break
        page.wait_for_timeout(20)
    return server.study.responses


def press(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)


def tokens(page: Page, server: FakeServer, count: int = 1) -> list[str]:
    return [response["token"] for response in arrived(page, server, count)]


def drafted(page: Page, server: FakeServer, token: str, **said: Any) -> None:
    """Waits until a draft that says this is on the server; a slow hand leaves others there before."""
    for _ in range(1_500):
        answer = server.study.drafts.get(token, {}).get("answer", {})
        if all(answer.get(name) == value for name, value in said.items()):
            break
        page.wait_for_timeout(20)
    assert answer == {**answer, **said}
    page.locator("#saved", has_text="Saved").wait_for()
