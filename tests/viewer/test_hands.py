"""Mouse, pen and fingers on the images: window, zoom, pan, reset, and the spot that gave an image away."""

from collections.abc import Callable, Generator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import close
from tests.viewer.conftest import arrived, press, wait_for_trial
from tests.viewer.fake_sections import item
from tests.viewer.fake_server import FakeServer

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]


def middle(page: Page, slot: str = "A") -> tuple[float, float]:
    box = page.locator(f"[data-slot={slot}] .view").bounding_box()
    assert box is not None
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag(page: Page, dx: float, dy: float, **how: Any) -> None:
    x, y = middle(page)
    page.mouse.move(x, y)
    page.mouse.down(**how)
    page.mouse.move(x + dx / 2, y + dy / 2)
    page.mouse.move(x + dx, y + dy)
    page.mouse.up(**how)


def finish(page: Page, server: FakeServer) -> dict[str, Any]:
    """Answers the trial and gives what was sent."""
    for key in ("Shift+R", "1"):
        page.keyboard.press(key)
    page.locator("#submit").click()
    wait_for_trial(page, 2)
    return arrived(page, server)[0]


def kinds(response: dict[str, Any]) -> list[str]:
    return [event["kind"] for event in response["timing"]["events"]]


def value_of(response: dict[str, Any], kind: str) -> Any:
    return next(event["value"] for event in response["timing"]["events"] if event["kind"] == kind)


def test_dragging_across_widens_the_window_and_dragging_up_brightens(serve: Serve, read: Read) -> None:
    server = serve(task="call", slots="A")
    page = read(server)
    drag(page, 60, -30)
    center, width = map(float, value_of(finish(page, server), "window").split("/"))
    assert width > 255
    assert center < 127.5


def turn_the_wheel(page: Page, by: float) -> None:
    """Until the page has taken it; it is over when it has been quiet for a while."""
    page.evaluate("() => { window.turned = new Promise(done => addEventListener('wheel', () => done())); }")
    page.mouse.wheel(0, by)
    page.evaluate("window.turned")
    page.clock.fast_forward(1_000)


def test_the_wheel_zooms_and_a_double_click_resets(serve: Serve, read: Read, clocked: BrowserContext) -> None:
    server = serve(task="call", slots="A")
    page = read(server)
    page.mouse.move(*middle(page))
    turn_the_wheel(page, -300)
    page.locator(".view").dblclick()
    assert [kind for kind in kinds(finish(page, server)) if kind in ("zoom", "reset")] == ["zoom", "reset"]


def test_the_right_button_and_shift_pan(serve: Serve, read: Read) -> None:
    server = serve(task="call", slots="A")
    page = read(server)
    drag(page, 40, 25, button="right")
    page.keyboard.down("Shift")
    drag(page, 40, 25)
    page.keyboard.up("Shift")
    assert kinds(finish(page, server)).count("pan") == 2


def test_a_click_after_a_reason_keeps_the_spot_in_image_coordinates(serve: Serve, read: Read) -> None:
    server = serve(task="call", slots="A", section={"reasons": {"tags": ["noise"], "spot": True}})
    page = read(server)
    page.locator(".view").click()
    page.locator(".why summary").click()
    page.get_by_role("button", name="noise").click()
    page.locator(".view").click()
    expect(page.locator(".mark")).to_have_text("noise")
    reasons = finish(page, server)["answer"]["reasons"]
    assert [(reason["slot"], reason["tag"]) for reason in reasons] == [("A", "noise")]
    assert abs(reasons[0]["x"] - 48) < 0.5
    assert abs(reasons[0]["y"] - 48) < 0.5


def test_a_spot_alone_is_a_reason_where_the_protocol_has_no_tags(serve: Serve, read: Read) -> None:
    server = serve(task="call", slots="A", section={"reasons": {"tags": [], "spot": True}})
    page = read(server)
    page.locator(".why summary").click()
    page.get_by_role("button", name="Mark a spot").click()
    page.locator(".view").click()
    reasons = finish(page, server)["answer"]["reasons"]
    assert [reason["tag"] for reason in reasons] == [""]
    assert reasons[0]["x"] is not None


def test_a_double_click_resets_and_leaves_the_spot_where_it_was(
    serve: Serve, read: Read, clocked: BrowserContext
) -> None:
    server = serve(task="call", slots="A", section={"reasons": {"tags": ["noise"], "spot": True}})
    page = read(server)
    page.locator(".why summary").click()
    page.get_by_role("button", name="noise").click()
    page.locator(".view").click()
    page.clock.fast_forward(1_000)  # a second click any sooner would be half of a double one
    box = page.locator(".view").bounding_box()
    assert box is not None
    page.locator(".view").dblclick(position={"x": box["width"] / 2, "y": 40})
    sent = finish(page, server)
    assert "reset" in kinds(sent)
    assert abs(sent["answer"]["reasons"][0]["y"] - 48) < 0.5


@pytest.fixture
def tablet(browser: Browser) -> Generator[BrowserContext]:
    context = browser.new_context(viewport={"width": 900, "height": 700}, has_touch=True)
    yield context
    close(context)


def touching(page: Page) -> Callable[..., None]:
    """Puts fingers down, moves them and takes them away."""
    session = page.context.new_cdp_session(page)

    def touch(kind: str, *points: tuple[float, float]) -> None:
        fingers = [{"x": px, "y": py, "id": i} for i, (px, py) in enumerate(points)]
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": fingers})

    return touch


def test_two_fingers_zoom_where_they_are(serve: Serve, read: Read, tablet: BrowserContext) -> None:
    server = serve(task="call", slots="A")
    page = read(server, tablet.new_page())
    x, y = middle(page)
    touch = touching(page)
    touch("touchStart", (x - 30, y), (x + 30, y))
    for apart in (45, 60, 90):
        touch("touchMove", (x - apart, y), (x + apart, y))
    touch("touchEnd")
    found = kinds(finish(page, server))
    assert "zoom" in found
    assert "magnify" not in found


def test_a_finger_held_still_magnifies_until_it_is_lifted(
    serve: Serve, read: Read, tablet: BrowserContext
) -> None:
    tablet.clock.install()
    server = serve(task="call", slots="A", section={"reasons": {"tags": ["noise"], "spot": True}})
    page = read(server, tablet.new_page())
    page.locator(".why summary").click()
    page.get_by_role("button", name="noise").click()
    x, y = middle(page)
    touch = touching(page)
    touch("touchStart", (x, y))
    page.clock.fast_forward(600)
    lens = page.locator(".lens")
    lens.wait_for()
    before = lens.bounding_box()
    assert before is not None
    touch("touchMove", (x + 90, y))
    moved = "x => document.querySelector('.lens').getBoundingClientRect().x > x"
    page.wait_for_function(moved, arg=before["x"])
    touch("touchEnd")
    lens.wait_for(state="hidden")
    found = kinds(finish(page, server))
    assert [kind for kind in found if kind.startswith("magnify")] == ["magnify", "magnify", "magnify_end"]
    assert not {"spot", "window"} & set(found)


def test_a_pen_sets_the_window_and_pans_with_its_button(serve: Serve, read: Read) -> None:
    server = serve(task="call", slots="A")
    page = read(server)
    x, y = middle(page)
    session = page.context.new_cdp_session(page)

    def pen(kind: str, px: float, button: str) -> None:
        move = {"type": kind, "x": px, "y": y, "button": button, "clickCount": 1, "pointerType": "pen"}
        session.send("Input.dispatchMouseEvent", move | {"buttons": 2 if button == "right" else 1})

    for button in ("left", "right"):
        pen("mousePressed", x, button)
        pen("mouseMoved", x + 40, button)
        pen("mouseMoved", x + 80, button)
        pen("mouseReleased", x + 80, button)
    assert [kind for kind in kinds(finish(page, server)) if kind in ("window", "pan")] == ["window", "pan"]


def test_buttons_do_what_drags_and_wheels_do(serve: Serve, read: Read) -> None:
    server = serve(task="call", slots="A")
    page = read(server)
    page.get_by_role("button", name="More").click()
    for name in ("Zoom in", "More contrast", "Brighter"):
        page.get_by_role("button", name=name, exact=True).click()
    found = kinds(finish(page, server))
    assert found.count("zoom") == 1
    assert found.count("grey") == 2


def test_zoom_stops_at_life_size_where_the_screen_was_measured(serve: Serve, read: Read) -> None:
    page = read(serve(task="call", slots="A", spacing_mm=0.5))
    page.evaluate("Object.assign(document.body.dataset, {mm: '0.2', screen: screen.width})")
    press(page, "z", "z", "z", "z")
    expect(page.locator(".ov.bl")).to_have_text("Zoom 2.5×, 1× life size")
    press(page, "z")
    expect(page.locator(".ov.bl")).to_have_text("Zoom 3×, 1.2× life size")


def test_windows_of_the_protocol_are_on_a_key_and_stay_where_it_says_so(serve: Serve, read: Read) -> None:
    view = {
        "presets": [{"name": "Bone", "center": 180, "width": 80}],
        "keep_window": True,
        "keep_zoom": False,
    }
    page = read(serve(task="call", slots="A", section={"view": view}))
    window, zoom = page.locator(".ov.tr"), page.locator(".ov.bl")
    first, whole = window.text_content(), zoom.text_content()
    press(page, "v")
    assert page.locator("#tool-preset").get_attribute("title") == "Window: Bone"
    expect(window).to_have_text("W 80 L 180")
    press(page, "z", "z", "z")
    expect(zoom).to_have_text("Zoom 2×")
    press(page, "ArrowLeft", "1", "Enter")
    wait_for_trial(page, 2)
    expect(window).to_have_text("W 80 L 180")
    expect(zoom).to_have_text(str(whole))
    press(page, "v")
    assert page.locator("#tool-preset").get_attribute("title") == "Window: full range"
    press(page, "r")
    expect(window).to_have_text(str(first))


def test_one_finger_does_what_the_chosen_tool_says(serve: Serve, read: Read, tablet: BrowserContext) -> None:
    """On a screen that has a mouse as well: a tool chosen by mouse, key or finger holds for the finger."""
    server = serve(task="call", slots="A")
    page = read(server, tablet.new_page())
    window, zoom = page.locator(".ov.tr"), page.locator(".ov.bl")
    x, y = middle(page)
    touch = touching(page)

    def swipe() -> None:
        touch("touchStart", (x, y))
        for step in (20, 40, 60):
            touch("touchMove", (x + step, y - step))
        touch("touchEnd")

    first, whole = window.text_content(), zoom.text_content()
    swipe()
    expect(window).to_have_text(str(first))
    press(page, "z")
    swipe()
    expect(zoom).not_to_have_text(str(whole))
    expect(window).to_have_text(str(first))
    page.locator("[data-press=w]").first.click()
    expect(page.locator("[data-press=w]").first).to_have_attribute("aria-pressed", "true")
    swipe()
    expect(window).not_to_have_text(str(first))
    press(page, "ArrowLeft", "1", "Enter")
    kinds = [event["kind"] for event in arrived(page, server)[0]["timing"]["events"]]
    assert [kind for kind in kinds if kind in ("pan", "window", "zoom")] == ["pan", "zoom", "window"]


def test_a_finger_goes_through_frames_and_sets_marks_where_they_are_asked(
    serve: Serve, read: Read, tablet: BrowserContext
) -> None:
    lesion = item("lesion", "mark", "Mark each lesion.", of="image")
    page = read(serve(task="ask", slots="A", frames=5, section={"items": [lesion]}), tablet.new_page())
    x, y = middle(page)
    touch = touching(page)
    frame = page.locator(".ov.frame")
    first = frame.text_content()
    press(page, "t")
    touch("touchStart", (x, y))
    for step in (20, 40, 60):
        touch("touchMove", (x, y + step))
    touch("touchEnd")
    expect(frame).not_to_have_text(str(first))
    press(page, "x")
    expect(page.locator("[data-press=x]").first).to_have_attribute("aria-pressed", "true")
    page.touchscreen.tap(x, y)
    expect(page.locator(".mark")).to_have_count(1)


def test_a_tap_after_a_swipe_is_a_tap(serve: Serve, read: Read, tablet: BrowserContext) -> None:
    """It selects the image it is on, and is no half of a double tap."""
    page = read(serve(slots="AB"), tablet.new_page())
    first, second = page.locator(".view").all()
    box, other = first.bounding_box(), second.bounding_box()
    assert box is not None
    assert other is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = touching(page)
    zoom = page.locator(".ov.bl").first
    press(page, "z", "z", "z")
    expect(zoom).to_have_text(enlarged := "Zoom 2×")
    page.touchscreen.tap(x, y)
    touch("touchStart", (x, y))
    for step in (20, 40, 60):
        touch("touchMove", (x + step, y))
    touch("touchEnd")
    page.touchscreen.tap(x, y)
    expect(zoom).to_have_text(enlarged)
    page.touchscreen.tap(other["x"] + other["width"] / 2, other["y"] + other["height"] / 2)
    expect(page.locator(".cell.focus")).to_have_attribute("data-slot", "B")
    page.touchscreen.tap(x, y)
    expect(page.locator(".cell.focus")).to_have_attribute("data-slot", "A")
    expect(zoom).to_have_text(enlarged)
