"""The page works for readers with other eyes, hands and screens: WCAG 2.2 AA, tablets, large type."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.chromium import close
from tests.viewer.conftest import arrived, wait_for_trial
from tests.viewer.fake_sections import item
from tests.viewer.fake_server import FakeServer

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]
AXE = (Path(__file__).parent / "vendor" / "axe.min.js").read_text()
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
REASONS = {"reasons": {"tags": ["noise", "edges"], "spot": True}}
CHECK: dict[str, Any] = {
    "task": "check_label",
    "slots": "A",
    "label": [{"name": "KL grade", "value": "2"}],
    "section": {"label_choices": {"KL grade": ["0", "1", "2", "3", "4"]}},
}
STUDIES: list[dict[str, Any]] = [
    {"task": "pick_real", "section": REASONS},
    {"task": "call", "slots": "A"},
    {"task": "rate", "slots": "AB"},
    CHECK,
]


def violations(page: Page) -> list[str]:
    page.evaluate(AXE)
    found: dict[str, Any] = page.evaluate(
        "rules => axe.run(document, {runOnly: {type: 'tag', values: rules}})", RULES
    )
    return [f"{v['id']}: {[node['html'][:120] for node in v['nodes']]}" for v in found["violations"]]


def small_targets(page: Page) -> list[str]:
    """What is smaller than a finger; the steps of a scale share their row."""
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button, summary, a.go, input + label')]
            .filter((e) => e.checkVisibility() && !e.closest('.skip'))
            .map((e) => [e.textContent.trim(), e.getBoundingClientRect(), e.closest('.scale') ? 24 : 43.9])
            .filter(([, box, least]) => box.height < 43.9 || box.width < least)
            .map(([words, box]) => `${words} ${box.width}x${box.height}`)"""
    )
    return found


def overflows(page: Page) -> bool:
    wide: bool = page.evaluate("document.documentElement.scrollWidth > innerWidth + 1")
    return wide


@pytest.mark.parametrize("study", STUDIES, ids=lambda study: study["task"])
def test_axe_finds_nothing_to_complain_about(serve: Serve, read: Read, study: dict[str, Any]) -> None:
    page = read(serve(**study))
    assert violations(page) == []
    for key in ("2", "Shift+A", "y"):
        page.keyboard.press(key)
    assert violations(page) == []
    assert small_targets(page) == []


def test_axe_finds_nothing_in_the_dialogs_and_the_banner(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    page.keyboard.press("?")
    assert violations(page) == []
    assert small_targets(page) == []
    page.keyboard.press("Escape")
    page.locator("#keys-dialog").wait_for(state="hidden")
    server.stop()
    page.keyboard.press("1")
    page.get_by_role("alert").wait_for()
    page.keyboard.press("p")
    assert violations(page) == []


MANY_REASONS = {
    "tags": ["too smooth", "painted noise", "trabeculae", "tissue", "markers"],
    "spot": True,
}


def test_reasons_leave_the_images_as_they_are(serve: Serve, read: Read) -> None:
    """On a telephone the reasons once shrank the very image that the reader had to point at."""
    page = read(serve(section={"reasons": MANY_REASONS}))
    for width, height in [(1440, 900), (390, 844)]:
        resize(page, width, height)
        before = page.locator("[data-slot=A] .view").bounding_box()
        page.keyboard.press("y")
        tag = page.get_by_role("button", name="markers")
        tag.scroll_into_view_if_needed()
        tag.wait_for()
        assert page.locator("[data-slot=A] .view").bounding_box() == before
        page.keyboard.press("y")
        tag.wait_for(state="hidden")
        assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Image A"


def resize(page: Page, width: int, height: int) -> None:
    """Until two frames have been drawn, and the images lie as the new window wants them."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(
        """([width, height]) => innerWidth === width && innerHeight === height && new Promise(
            (done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))""",
        arg=[width, height],
    )


BOXES = "views => views.filter(v => v.checkVisibility()).map(v => v.getBoundingClientRect().toJSON())"


@pytest.mark.parametrize("slots", ["A", "AB", "ABCD", "ABCDEF", "ABCDEFGHIJKL"])
def test_the_page_fits_every_window_and_never_scrolls(serve: Serve, read: Read, slots: str) -> None:
    """720 × 450 is what 200% leaves of a 1440 × 900 screen, and 320 what 400% leaves of 1280."""
    page = read(serve(slots=slots, task="pick_real" if len(slots) > 1 else "rate", section=REASONS))
    sizes = [
        (2560, 1440),
        (1440, 900),
        (1024, 768),
        (768, 1024),
        (720, 450),
        (844, 390),
        (390, 844),
        (320, 640),
    ]
    for width, height in sizes:
        resize(page, width, height)
        assert not overflows(page), width
        assert page.evaluate("document.documentElement.scrollHeight <= innerHeight"), width
        boxes = page.locator(".view").evaluate_all(BOXES)
        assert all(box["right"] <= width and box["bottom"] <= height for box in boxes)
        if min(width, height) >= 390:
            assert min(min(box["width"], box["height"]) for box in boxes) >= 100, width
        if width >= 1024 and height >= 700:
            assert len(boxes) == len(slots), width
        next_button = page.locator("#submit").bounding_box()
        assert next_button is not None
        assert next_button["y"] + next_button["height"] <= height
        clipped = "cells => cells.some(c => c.scrollWidth > c.clientWidth + 1)"
        assert not page.locator(".cell").evaluate_all(clipped), width


def test_the_next_trial_begins_where_the_last_one_did(serve: Serve, read: Read) -> None:
    """A page that scrolled kept its place, and the next trial opened at the images C and D."""
    server = serve()
    page = read(server)
    resize(page, 390, 844)
    place = page.locator("[data-slot=A] .view").bounding_box()
    page.mouse.wheel(0, 600)
    for key in ("1", "b", "1", "c", "1", "d", "1", "Shift+A", "Enter"):
        page.keyboard.press(key)
    wait_for_trial(page, 2)
    assert page.locator("[data-slot=A] .view").bounding_box() == place
    assert page.evaluate("[scrollY, document.querySelector('.answers').scrollTop]") == [0, 0]


def test_next_and_the_question_keep_their_pixels_in_every_kind_of_section(serve: Serve, read: Read) -> None:
    found = []
    for study in STUDIES:
        page = read(serve(**study))
        resize(page, 1440, 900)
        boxes = [page.locator(name).bounding_box() for name in ("#submit", ".ask", "#answers")]
        found.append(boxes)
        page.close()
    assert all(boxes == found[0] for boxes in found)


@pytest.mark.parametrize(
    ("width", "height"), [(1440, 900), (1280, 720), (1024, 768), (768, 1024), (390, 844)]
)
def test_no_step_of_a_scale_is_cut_off(serve: Serve, read: Read, width: int, height: int) -> None:
    wide, tall = {"width": 1200, "height": 150}, {"width": 150, "height": 1200}
    call = {"task": "call", "slots": "A", "section": REASONS | {"rate": True}}
    for study in ({"section": REASONS}, {"section": REASONS, **wide}, {"section": REASONS, **tall}, call):
        page = read(serve(**study))
        resize(page, width, height)
        cut = "steps => steps.filter(s => s.scrollWidth > s.clientWidth).map(s => s.textContent)"
        assert page.locator(".scale button").evaluate_all(cut) == []
        hidden = "scales => scales.filter(s => s.scrollHeight > s.clientHeight + 1).length"
        assert page.locator(".scale").evaluate_all(hidden) == 0
        page.close()


def test_twice_the_type_alone_still_fits(serve: Serve, browser: Browser, read: Read) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })"
    )
    read(serve(), page)
    assert not overflows(page)
    page.keyboard.press("3")
    expect(page.locator("[data-slot=A] .scale [aria-pressed=true]")).to_be_visible()
    close(page.context)


def test_a_tablet_reads_with_fingers(serve: Serve, browser: Browser) -> None:
    server = serve()
    context = browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    wait_for_trial(page)
    for slot, points in zip("ABCD", (1, 2, 3, 4), strict=True):
        page.locator(f"[data-slot={slot}] .scale button").nth(points - 1).tap()
    page.get_by_role("button", name="D is the real one").tap()
    page.locator("#submit").tap()
    wait_for_trial(page, 2)
    answer = arrived(page, server)[0]["answer"]
    assert answer["ratings"] == {"A": 1, "B": 2, "C": 3, "D": 4}
    assert answer["pick"] == "D"
    close(context)


@pytest.mark.parametrize(("slots", "points"), [("AB", 5), ("ABCD", 5), ("ABCD", 7)])
def test_a_finger_hits_each_digit_below_an_image(
    serve: Serve, browser: Browser, slots: str, points: int
) -> None:
    scale = {"points": [*range(1, points + 1)], "labels": ["worst", "best"]}
    section = {"items": [item("realism", "scale", "How real is it?", scale=scale)]}
    server = serve(task="ask", slots=slots, section=section)
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    wait_for_trial(page)
    boxes = [digit.bounding_box() or {} for digit in page.locator(".digits button").all()]
    assert len(boxes) == len(slots) * points
    assert min(box[side] for box in boxes for side in ("width", "height")) >= 44
    assert max(box["y"] + box["height"] for box in boxes) < 844
    close(context)


def test_the_list_of_keys_fits_a_small_window(serve: Serve, read: Read) -> None:
    page = read(serve())
    page.set_viewport_size({"width": 1024, "height": 768})
    page.keyboard.press("?")
    expect(page.locator("#keys-dialog")).to_be_visible()
    assert page.locator("#keys-dialog").evaluate("e => e.scrollHeight <= e.clientHeight")


def test_nothing_moves(serve: Serve, read: Read) -> None:
    page = read(serve())
    moving = page.evaluate(
        """() => [...document.querySelectorAll('*')].filter((e) => {
            const style = getComputedStyle(e);
            return style.animationName !== 'none' || style.transitionDuration !== '0s';
        }).length"""
    )
    assert moving == 0
    page.keyboard.press("3")
    assert page.evaluate("document.getAnimations().length") == 0


def test_an_answer_is_told_by_more_than_its_colour(serve: Serve, read: Read) -> None:
    page = read(serve())
    for key in ("3", "Shift+A"):
        page.keyboard.press(key)
    line = "e => getComputedStyle(e.querySelector('b')).textDecorationLine"
    assert page.locator(".scale [aria-pressed=true]").evaluate(line) == "underline"
    expect(page.locator(".pick [aria-pressed=true] .i")).to_be_visible()
    expect(page.locator(".cell.chosen .letter")).to_have_text("AChosen")


def test_what_happens_is_said_to_a_screen_reader(serve: Serve, read: Read) -> None:
    page = read(serve())
    spoken = page.get_by_role("status")
    expect(spoken).to_have_text("Trial 1 of 6.")
    page.keyboard.press("3")
    expect(spoken).to_have_text("Image A: 3 rather realistic.")
    page.keyboard.press("Shift+B")
    expect(spoken).to_have_text("Image B: marked as the real one.")
