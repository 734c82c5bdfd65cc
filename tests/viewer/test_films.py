"""Stacks and cines in the reading page: frames by wheel, keys and clock, fetched around the reader."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.viewer.conftest import arrived
from tests.viewer.fake_server import FakeServer

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]
STACK: dict[str, Any] = {"frames": 12, "width": 64, "height": 64}
LABELS = "[...document.querySelectorAll('.ov.frame')].map((label) => label.textContent)"


def at(page: Page) -> list[str]:
    found: list[str] = page.evaluate(LABELS)
    return found


def wheel(page: Page, notches: int) -> None:
    page.locator(".view").first.hover()
    for _ in range(abs(notches)):
        page.mouse.wheel(0, 120 if notches > 0 else -120)


def answer(page: Page) -> None:
    for key in ("3", "b", "4", "c", "1", "d", "2", "Shift+B", "Enter"):
        page.keyboard.press(key)


#: A German keyboard on Windows writes ] as Ctrl + Alt + 9.
WITH_ALTGR = """altgr => document.body.dispatchEvent(new KeyboardEvent("keydown",
    { key: "]", ctrlKey: true, altKey: true, modifierAltGraph: altgr, bubbles: true }))"""


def events(server: FakeServer, kind: str) -> list[dict[str, Any]]:
    timing = server.study.responses[0]["timing"]
    return [event for event in timing["events"] if event["kind"] == kind]


def test_a_stack_opens_in_its_middle_and_turns_by_wheel_and_keys(serve: Serve, read: Read) -> None:
    page = read(serve(**STACK))
    assert at(page) == ["Slice 7 of 12"] * 4
    wheel(page, 2)
    page.wait_for_function(f"{LABELS}[0] === 'Slice 9 of 12'")
    assert at(page) == ["Slice 9 of 12"] * 4  # linked
    page.keyboard.press("[")
    page.wait_for_function(f"{LABELS}[0] === 'Slice 8 of 12'")
    page.keyboard.press("End")
    page.wait_for_function(f"{LABELS}[0] === 'Slice 12 of 12'")
    page.keyboard.press("]")
    page.keyboard.press("PageUp")
    page.wait_for_function(f"{LABELS}[0] === 'Slice 2 of 12'")
    for altgr in (False, True):
        page.evaluate(WITH_ALTGR, altgr)
    page.wait_for_function(f"{LABELS}[0] === 'Slice 3 of 12'")


def test_unlinked_images_turn_alone(serve: Serve, read: Read) -> None:
    page = read(serve(**STACK))
    page.locator("#tool-link").click()
    wheel(page, 3)
    page.wait_for_function(f"{LABELS}[0] === 'Slice 10 of 12'")
    assert at(page)[1:] == ["Slice 7 of 12"] * 3


def test_a_frame_is_another_picture_in_the_same_view(serve: Serve, read: Read) -> None:
    page = read(serve(**STACK))
    first = page.locator(".view canvas").first.screenshot()
    wheel(page, 1)
    page.wait_for_function(f"{LABELS}[0] === 'Slice 8 of 12'")
    assert page.locator(".view canvas").first.screenshot() != first
    wheel(page, -1)
    page.wait_for_function(f"{LABELS}[0] === 'Slice 7 of 12'")
    assert page.locator(".view canvas").first.screenshot() == first


def test_what_was_seen_of_each_image_and_for_how_long_is_recorded(serve: Serve, read: Read) -> None:
    server = serve(**STACK)
    page = read(server)
    wheel(page, 2)
    page.wait_for_function(f"{LABELS}[0] === 'Slice 9 of 12'")
    page.wait_for_timeout(50)
    answer(page)
    arrived(page, server)
    seen = {event["slot"]: event["value"] for event in events(server, "frames_seen")}
    assert set(seen) == set("ABCD")
    assert all(2 <= int(value.split("/")[0]) <= 3 and value.endswith("/12") for value in seen.values())
    spent = dict(part.split(":") for part in events(server, "frame_ms")[0]["value"].split())
    assert "9" in spent
    assert float(spent["9"]) >= 40


def test_a_cine_plays_at_the_rate_of_the_protocol_and_pauses(serve: Serve, read: Read) -> None:
    server = serve(**STACK, play="cine", rate_hz=30)
    page = read(server)
    play = page.locator(".film-play")
    expect(play).to_have_attribute("aria-pressed", "true")
    expect(page.locator(".film-rate")).to_have_text("30 a second")
    page.wait_for_function(f"{LABELS}[0] === 'Frame 11 of 12'")
    page.wait_for_function(f"{LABELS}[0] === 'Frame 3 of 12'")  # it begins anew
    page.keyboard.press("Space")
    expect(play).to_have_attribute("aria-pressed", "false")
    still = at(page)
    page.wait_for_timeout(150)
    assert at(page) == still
    page.get_by_role("button", name="Faster").click()
    expect(page.locator(".film-rate")).to_have_text("45 a second")
    answer(page)
    arrived(page, server)
    (played,) = events(server, "played")
    words = played["value"].split()
    shown, dropped = int(words[1]), int(words[3])
    assert shown + dropped >= 12
    seen = events(server, "frames_seen")[0]["value"]
    assert seen == "12/12" or dropped > 0


def test_without_a_loop_a_cine_ends_at_its_last_frame(serve: Serve, read: Read) -> None:
    page = read(serve(**STACK, play="cine", rate_hz=60))
    page.locator(".film-loop").click()
    page.wait_for_function("document.querySelector('.film-play').getAttribute('aria-pressed') === 'false'")
    assert at(page) == ["Frame 12 of 12"] * 4


def test_frames_are_fetched_in_parts_around_the_reader_and_alike_for_all_images(
    serve: Serve, read: Read
) -> None:
    """Frames of half a megabyte travel alone: the middle one first, then its neighbours."""
    server = serve(frames=9, width=512, height=512, bits=16, trials=2)
    page = read(server)
    frame = 512 * 512 * 2
    page.wait_for_function("performance.getEntriesByType('resource').length > 0")
    for _ in range(400):
        if len(server.study.ranges) >= 8 * 9:
            break
        page.wait_for_timeout(20)
    first = [(path, start) for path, start in server.study.ranges if path.endswith(("1A", "1B", "1C", "1D"))]
    assert {start for _, start in first[:4]} == {4 * frame}
    per_image = {path: [start // frame for other, start in first if other == path] for path, _ in first}
    assert len(per_image) == 4
    for starts in per_image.values():
        assert sorted(starts) == list(range(9))
        assert {3, 4, 5} <= set(starts[:5])
        assert {0, 8} & set(starts[-3:])


def test_a_server_without_ranges_is_read_all_the_same(serve: Serve, read: Read) -> None:
    server = serve(frames=3, width=800, height=800, bits=16, knows_ranges=False)
    page = read(server)
    wheel(page, 1)
    page.wait_for_function(f"{LABELS}[0] === 'Slice 3 of 3'")


def test_a_study_of_stills_has_no_bar(serve: Serve, read: Read) -> None:
    page = read(serve())
    expect(page.locator(".film")).to_be_hidden()


def test_a_drag_goes_through_the_frames_until_another_tool_is_chosen(serve: Serve, read: Read) -> None:
    page = read(serve(**STACK))
    box = page.locator(".view").first.bounding_box()
    assert box
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    def drag(by: int) -> None:
        page.mouse.move(x, y)
        page.mouse.down()
        page.mouse.move(x, y + by, steps=8)
        page.mouse.up()

    drag(-110)
    page.wait_for_function(f"{LABELS}[0] !== 'Slice 7 of 12'")
    before = at(page)
    page.keyboard.press("w")
    drag(60)
    assert at(page) == before
    page.keyboard.press("t")
    drag(110)
    page.wait_for_function(f"{LABELS}[0] !== '{before[0]}'")


def test_covered_frames_neither_turn_nor_count(serve: Serve, read: Read) -> None:
    server = serve(**STACK)
    page = read(server)
    page.evaluate("document.getElementById('grid').dataset.veil = 'after'")
    page.keyboard.press("]")
    wheel(page, 2)
    page.keyboard.press("End")
    assert at(page) == ["Slice 7 of 12"] * 4
    page.wait_for_timeout(300)
    page.evaluate("delete document.getElementById('grid').dataset.veil")
    answer(page)
    arrived(page, server)
    assert {event["value"] for event in events(server, "frames_seen")} == {"1/12"}
    spent = float(events(server, "frame_ms")[0]["value"].removeprefix("7:"))
    assert spent <= server.study.responses[0]["timing"]["response_ms"] - 250


def test_the_first_frame_does_not_wait_for_those_that_travel_with_it(serve: Serve, read: Read) -> None:
    server = serve(frames=8, width=256, height=256, bits=16, trials=1, packed=True)
    read(server)
    _, frame = server.study.envelope
    assert {start for _, start in server.study.ranges[:4]} == {4 * frame}
    assert len({path for path, _ in server.study.ranges[:4]}) == 4


def test_nothing_else_is_fetched_until_the_first_frames_are_on_the_screen(serve: Serve, read: Read) -> None:
    server = serve(frames=8, width=256, height=256, bits=16, trials=2)
    page = read(server)
    page.wait_for_function("performance.getEntriesByName('image fetched').length === 8")
    paths = list({path for path, _ in server.study.ranges})
    painted, begun = page.evaluate(
        """paths => [
          performance.getEntriesByName("trial painted")[0].startTime,
          performance.getEntriesByType("resource")
            .filter(({ name }) => paths.some((path) => name.endsWith(path)))
            .map(({ startTime }) => startTime)
            .sort((a, b) => a - b),
        ]""",
        paths,
    )
    assert len(begun) > 4
    assert min(begun[4:]) >= painted
