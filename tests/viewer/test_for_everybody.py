"""The page works for readers with other eyes, hands and screens: WCAG 2.2 AA, tablets, large type."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.viewer.conftest import arrived, wait_for_trial
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
    found: list[str] = page.evaluate(
        """() => [...document.querySelectorAll('button, summary, a.go, input + label')]
            .filter((e) => e.checkVisibility() && !e.closest('.skip'))
            .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
            .filter(([, box]) => box.height < 43.9 || box.width < 43.9)
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
    for key in ("2", "Shift+A", "w"):
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


def test_every_reason_is_in_sight_and_gives_way_to_the_rating_again(serve: Serve, read: Read) -> None:
    page = read(serve(section={"reasons": MANY_REASONS}))
    page.set_viewport_size({"width": 1440, "height": 900})
    page.keyboard.press("w")
    caption = page.locator("[data-slot=A] figcaption")
    caption.get_by_role("button", name="markers").wait_for()
    assert caption.evaluate("caption => caption.scrollHeight <= caption.clientHeight + 1")
    assert caption.locator(".scale").is_hidden()
    page.keyboard.press("w")
    caption.locator(".scale").wait_for()
    assert page.evaluate("document.activeElement.getAttribute('aria-label')") == "Radiograph A"


def resize(page: Page, width: int, height: int) -> None:
    """Until two frames have been drawn, and the images lie as the new window wants them."""
    page.set_viewport_size({"width": width, "height": height})
    page.wait_for_function(
        """([width, height]) => innerWidth === width && innerHeight === height && new Promise(
            (done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))""",
        arg=[width, height],
    )


def test_the_page_fits_every_window_and_large_type(serve: Serve, read: Read) -> None:
    """720 × 450 is what 200% leaves of a 1440 × 900 screen, and 320 what 400% leaves of 1280."""
    page = read(serve(section=REASONS))
    for width, height in [(1440, 900), (1024, 768), (768, 1024), (720, 450), (390, 844), (320, 640)]:
        resize(page, width, height)
        assert not overflows(page), width
        assert small_targets(page) == [], width
        views = page.locator(".view")
        boxes = views.evaluate_all("views => views.map(v => v.getBoundingClientRect().toJSON())")
        assert min(min(box["width"], box["height"]) for box in boxes) >= 180, width
        assert page.locator("#submit").is_visible()
        clipped = "captions => captions.some(c => c.scrollWidth > c.clientWidth + 1)"
        assert not page.locator("figcaption").evaluate_all(clipped), width


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


def test_reasons_below_an_image_leave_it_in_sight(serve: Serve, read: Read) -> None:
    page = read(serve(task="call", slots="A", section={"reasons": MANY_REASONS}))
    resize(page, 700, 560)
    page.keyboard.press("w")
    page.locator(".why[open]").wait_for()
    box = page.locator(".view").bounding_box()
    assert box is not None
    assert box["height"] >= 180


def test_twice_the_type_alone_still_fits(serve: Serve, browser: Browser, read: Read) -> None:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(
        "addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '200%' })"
    )
    read(serve(), page)
    assert not overflows(page)
    page.keyboard.press("3")
    assert page.locator("[data-slot=A] .scale [aria-pressed=true]").is_visible()
    page.context.close()


def test_a_tablet_reads_with_fingers(serve: Serve, browser: Browser) -> None:
    server = serve()
    context = browser.new_context(viewport={"width": 1024, "height": 768}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    wait_for_trial(page)
    for slot, points in zip("ABCD", (1, 2, 3, 4), strict=True):
        page.locator(f"[data-slot={slot}] .scale button").nth(points - 1).tap()
    page.locator("[data-slot=D] .real").tap()
    page.locator("#submit").tap()
    wait_for_trial(page, 2)
    answer = arrived(page, server)[0]["answer"]
    assert answer["ratings"] == {"A": 1, "B": 2, "C": 3, "D": 4}
    assert answer["pick"] == "D"
    context.close()


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
    after = "e => getComputedStyle(e, '::after').content"
    assert "✓" in page.locator(".scale [aria-pressed=true]").evaluate(after)
    flag = page.locator(".cell.chosen .flags")
    assert "marked as real" in flag.evaluate("e => getComputedStyle(e, '::before').content")


def test_what_happens_is_said_to_a_screen_reader(serve: Serve, read: Read) -> None:
    page = read(serve())
    spoken = page.get_by_role("status")
    assert spoken.text_content() == "Trial 1 of 6."
    page.keyboard.press("3")
    assert spoken.text_content() == "Image A: 3 rather realistic."
    page.keyboard.press("Shift+B")
    assert spoken.text_content() == "Image B: marked as the real one."
