"""The one Chromium of a test run. Playwright allows one a process, so every browser test shares it.

Chromium never says that it has closed a window in which one page was just taking the place of another, and
Playwright waits for ever; so windows stop loading before they are closed. A Chromium that keeps a test
waiting all the same is killed, and the next test gets a new one.
"""

import os
import signal
import threading
from collections.abc import Generator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Browser, BrowserContext, BrowserType, Error, Page, expect, sync_playwright

# A machine that several runs share is slow, which is no defect of a page.
expect.set_options(timeout=30_000)

#: Playwright's own list, which ours replaces, as far as it changes what a page does or asks of the network.
_FEATURES_OFF = [
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "MediaRouter",
    "OptimizationHints",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    # Two pages behind the address bar that nobody sees cost each window most of a second.
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxPopup",
]
FLAGS = [
    f"--disable-features={','.join(_FEATURES_OFF)}",
    "--no-sandbox",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--use-gl=angle",
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    # WebGL is drawn by SwiftShader; whole pages are put together faster without it.
    "--disable-gpu-compositing",
    "--disable-gpu-rasterization",
]
#: Windows close within a second; a test of fifty quartets on a busy machine takes minutes.
MOST_SECONDS_TO_CLOSE = 60.0
MOST_SECONDS_A_TEST = 480.0


class Chromium:
    """Starts Chromium when it is needed first, and again when it is gone."""

    def __init__(self, kind: BrowserType) -> None:
        self._kind = kind
        self._browser: Browser | None = None

    def browser(self) -> Browser:
        if self._browser is None or not self._browser.is_connected():
            self._browser = self._kind.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            _PROCESSES[self._browser] = _process_of(self._browser)
        return self._browser

    def close(self) -> None:
        if self._browser is not None:
            with _killed_after(MOST_SECONDS_TO_CLOSE, self._browser):
                self._browser.close()


_PROCESSES: dict[Browser, int] = {}


def _process_of(browser: Browser) -> int:
    session = browser.new_browser_cdp_session()
    processes = session.send("SystemInfo.getProcessInfo")["processInfo"]
    session.detach()
    return next(int(process["id"]) for process in processes if process["type"] == "browser")


@contextmanager
def _killed_after(seconds: float, browser: Browser) -> Generator[None]:
    timer = threading.Timer(seconds, os.kill, (_PROCESSES[browser], signal.SIGKILL))
    timer.start()
    try:
        yield
    except Error:
        if browser.is_connected():
            raise
    finally:
        timer.cancel()


def close(window: BrowserContext) -> None:
    """Close a window with all its pages, or Chromium where it does not answer."""
    browser = window.browser
    assert browser is not None
    with _killed_after(MOST_SECONDS_TO_CLOSE, browser):
        for page in window.pages:
            _stop_loading(page)
        window.close()


def _stop_loading(page: Page) -> None:
    """While another page takes its place, a page takes no command."""
    while True:
        session = page.context.new_cdp_session(page)
        try:
            session.send("Page.stopLoading")
        except Error:
            page.wait_for_timeout(20)
        else:
            return


@pytest.fixture(scope="session")
def chromium() -> Generator[Chromium]:
    # Playwright's event loop runs in the thread of the tests, where Django would refuse the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = Chromium(playwright.chromium)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def browser(chromium: Chromium) -> Generator[Browser]:
    browser = chromium.browser()
    timer = threading.Timer(MOST_SECONDS_A_TEST, os.kill, (_PROCESSES[browser], signal.SIGKILL))
    timer.start()
    yield browser
    timer.cancel()
