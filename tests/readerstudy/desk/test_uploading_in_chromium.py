"""Files brought with the mouse: from anywhere on the page, one after the other, and on after a break."""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, Route, expect

from tests.chromium import close
from tests.readerstudy.factory import a_planned_study
from tests.readerstudy.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PIECE = 4 * 1024 * 1024


@pytest.fixture
def page(browser: Browser, live_server: Any, settings: Any, tmp_path: Path) -> Iterator[Page]:
    settings.HOME = tmp_path / "home"
    client = signed_in(a_planned_study().created_by)
    context = browser.new_context(base_url=str(live_server), viewport={"width": 1280, "height": 1400})
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live_server)}]
    )
    page = context.new_page()
    page.goto("/studies/knees/images/")
    yield page
    close(context)


def drop(page: Page, at: str, path: Path) -> None:
    """As a hand does it: a file or folder of the machine, dragged over the page and let go."""
    box = page.locator(at).bounding_box()
    assert box is not None
    place = {"x": box["x"] + 5, "y": box["y"] + 5}
    session = page.context.new_cdp_session(page)
    dragged = {"items": [], "files": [str(path)], "dragOperationsMask": 1}
    for kind in ("dragEnter", "dragOver", "drop"):
        session.send("Input.dispatchDragEvent", {"type": kind, **place, "data": dragged})


def test_files_may_be_dropped_one_after_the_other_and_anywhere(page: Page, tmp_path: Path) -> None:
    folder = tmp_path / "knees"
    folder.mkdir()
    for name in ("left.png", "right.png"):
        (folder / name).write_bytes(b"x" * 500)
    said = page.locator("[data-said]")
    drop(page, "h1", folder)
    said.filter(has_text="2 files, 1 kB").wait_for()
    (tmp_path / "other.png").write_bytes(b"x" * 2000)
    drop(page, "[data-drop]", tmp_path / "other.png")
    said.filter(has_text="3 files, 3 kB").wait_for()
    assert len(page.context.pages) == 1
    page.click("text=Start over")
    said.filter(has_text="drop them").wait_for()
    expect(page.locator("[data-send]")).to_be_disabled()


def test_an_upload_that_was_left_goes_on_when_its_files_are_chosen_again(page: Page, tmp_path: Path) -> None:
    archive = tmp_path / "knees.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("knee.png", bytes(2 * PIECE))
    arrived: list[int] = []
    lost_after_the_first = True

    def pass_on(route: Route) -> None:
        if lost_after_the_first and arrived:
            route.abort()
        else:
            arrived.append(int(route.request.url.rpartition("offset=")[2]))
            route.continue_()

    page.route("**/upload/**offset=**", pass_on)
    page.set_input_files("#files", archive)
    page.click("[data-send]")
    page.locator("[data-said]", has_text="The connection is gone").wait_for()
    page.on("dialog", lambda dialog: dialog.accept())
    page.goto("/studies/knees/images/")
    lost_after_the_first = False
    page.set_input_files("#files", archive)
    page.click("[data-send]")
    page.locator(".notice", has_text="1 file is being imported").wait_for()
    assert arrived == [0, PIECE, 2 * PIECE]
