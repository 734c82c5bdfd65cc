"""How images are arranged and for how long they are shown, and the calm pages before and after a section."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.viewer.conftest import arrived, press, wait_for_trial
from tests.viewer.fake_sections import item, options, screen
from tests.viewer.fake_server import FakeServer
from tests.viewer.test_for_everybody import resize, violations

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]

FRAME_MS = 1000 / 60
BEST = item("best", "prefer", "Which is best?")
SEEN = item("seen", "choice", "Was there a lesion?", options=options("Yes", "No"))


def shown(
    *items: dict[str, Any], slots: str = "A", section: dict[str, Any] | None = None, **rules: Any
) -> Any:
    more = {"task": "ask", "rate": False, "items": list(items), "screen": screen(**rules)} | (section or {})
    return {"task": "ask", "slots": slots, "section": more}


def visible(page: Page) -> list[str]:
    found: list[str] = page.locator(".cell").evaluate_all(
        "cells => cells.filter(c => c.checkVisibility({visibilityProperty: true})).map(c => c.dataset.slot)"
    )
    return found


def test_a_row_is_one_row_and_a_flicker_one_place_that_a_key_changes(serve: Serve, read: Read) -> None:
    page = read(serve(**shown(BEST, slots="ABC", arrange="row")))
    tops = page.locator(".view").evaluate_all("views => views.map(v => v.getBoundingClientRect().top)")
    assert len(set(tops)) == 1
    page = read(serve(**shown(BEST, slots="ABC", arrange="flicker")))
    assert visible(page) == ["A"]
    place = page.locator("[data-slot=A] .view").bounding_box()
    for expected in ("B", "C", "A"):
        press(page, "s")
        assert visible(page) == [expected]
        assert page.locator(f"[data-slot={expected}] .view").bounding_box() == place
    press(page, "c", "Shift+C")
    assert visible(page) == ["C"]
    expect(page.locator("#lacks")).to_have_text("Everything is answered.")


def test_a_moving_edge_divides_two_images_by_key_and_pointer(serve: Serve, read: Read) -> None:
    page = read(serve(**shown(BEST, slots="AB", arrange="slider")))
    edge = page.get_by_role("slider", name="Edge between the two images")
    expect(edge).to_have_attribute("aria-valuenow", "50")
    press(page, "ArrowRight", "ArrowRight")
    expect(edge).to_have_attribute("aria-valuenow", "60")
    box, view = edge.bounding_box(), page.locator("[data-slot=A] .view").bounding_box()
    assert box is not None
    assert view is not None
    page.mouse.move(box["x"] + box["width"] / 2, view["y"] + 60)
    page.mouse.down()
    page.mouse.move(view["x"] + view["width"] / 4, view["y"] + 60)
    page.mouse.up()
    expect(edge).to_have_attribute("aria-valuenow", "25")
    assert violations(page) == []


def test_the_reference_comes_first_by_name_and_nothing_is_asked_of_it(serve: Serve, read: Read) -> None:
    page = read(serve(**shown(BEST, slots="RAB", reference=True)))
    expect(page.locator(".cell").first.locator(".letter")).to_have_text("Reference")
    expect(page.locator(".pick button")).to_have_count(2)
    expect(page.locator(".cell.focus")).to_have_attribute("data-slot", "A")
    press(page, "Shift+R")
    expect(page.locator(".pick [aria-pressed=true]")).to_have_count(0)


@pytest.mark.parametrize("size", [(1440, 900), (390, 844)])
def test_the_reference_is_as_large_and_as_high_as_the_images_beside_it(
    serve: Serve, read: Read, size: tuple[int, int]
) -> None:
    quality = item("q", "scale", "Quality", scale={"points": [1, 2, 3], "labels": ["low", "high"]})
    page = read(serve(**shown(quality, slots="RAB", reference=True, arrange="row")))
    resize(page, *size)
    places = page.locator(".view").evaluate_all(
        """views => views.map(v => v.getBoundingClientRect())
            .map(({ top, width, height }) => [top, width, height].map(Math.round).join(" "))"""
    )
    assert [len(places), len(set(places))] == [3, 1]
    expect(page.get_by_role("group", name="Quality")).to_have_count(2)


def test_what_is_told_stands_beside_each_image(serve: Serve, read: Read) -> None:
    tells = [{"name": "Indication", "value": "fall on the knee"}]
    page = read(serve(**shown(BEST, slots="AB"), tells=tells))
    assert page.locator(".told").all_text_contents() == ["Indicationfall on the knee"] * 2


def test_twelve_images_are_all_in_sight_or_leafed_through(serve: Serve, read: Read) -> None:
    quality = item("q", "scale", "Quality", scale={"points": [1, 2, 3], "labels": ["low", "high"]})
    page = read(serve(**shown(quality, slots="ABCDEFGHIJKL")))
    resize(page, 1440, 900)
    assert len(visible(page)) == 12
    resize(page, 390, 844)
    assert 1 < len(visible(page)) < 12
    press(page, "l", "3")
    assert "L" in visible(page)
    page.get_by_role("button", name="Images before these").click()
    assert "L" not in visible(page)
    # A device that is turned shows what fits it, from any page.
    press(page, "a", "l")
    resize(page, 1440, 900)
    assert len(visible(page)) == 12
    press(page, "s", "s")
    resize(page, 390, 844)
    assert "L" in visible(page)


def test_no_image_of_a_page_is_smaller_than_can_be_compared(serve: Serve, read: Read) -> None:
    """The row of buttons that leads through the pages once took its room from images already laid out."""
    quality = item("q", "scale", "Quality", scale={"points": [1, 2, 3, 4], "labels": ["low", "high"]})
    page = read(serve(**shown(quality, slots="ABCDEFGHIJKL")))
    for size in [(844, 390), (720, 450), (640, 480)]:
        resize(page, *size)
        sides = page.locator(".view").evaluate_all(
            "views => views.map(v => Math.min(v.clientWidth, v.clientHeight)).filter(side => side)"
        )
        assert min(sides) >= 114, size


def test_no_long_word_makes_a_question_wider_than_the_rail(serve: Serve, read: Read) -> None:
    words = options("Gelenkspaltverschmälerung", "Ein anderes Zeichen, bitte genau angeben")
    page = read(serve(**shown(item("signs", "choices", "Zeichen", options=words))))
    resize(page, 1024, 768)
    assert page.locator("#answers").evaluate("box => box.scrollWidth <= box.clientWidth")


def exposures(page: Page, server: FakeServer, count: int) -> list[dict[str, Any]]:
    found = []
    for number in range(1, count + 1):
        page.wait_for_function("document.querySelector('#grid').dataset.veil === 'after'")
        press(page, "1", "Enter")
        found.append(arrived(page, server, number)[number - 1]["timing"])
        if number < count:
            wait_for_trial(page, number + 1)
    return found


RECORD = """
window.changes = [];
window.frames = [];
addEventListener("DOMContentLoaded", () => {
  const note = () => {
    const { veil } = document.querySelector("#grid").dataset;
    window.changes.push([veil ?? "", document.timeline.currentTime]);
  };
  new MutationObserver(note).observe(document.querySelector("#grid"), { attributeFilter: ["data-veil"] });
  const look = (at) => {
    window.frames.push(at);
    requestAnimationFrame(look);
  };
  requestAnimationFrame(look);
});
"""


@pytest.mark.parametrize("exposure_ms", [50, 100, 250])
def test_images_are_covered_in_the_first_frame_that_is_due(
    serve: Serve, read: Read, context: BrowserContext, exposure_ms: int
) -> None:
    """Requested, measured and counted by somebody else: the frames that the browser has shown meanwhile.

    However busy the machine is, no frame passes after the one in which the images were due to be covered.
    Where none is late, they are shown for as long as asked to within half a frame.
    """
    context.add_init_script(RECORD)
    count = 8
    server = serve(**shown(SEEN, exposure_ms=exposure_ms, mask="noise"), trials=count + 1)
    page = read(server)
    measured = [timing["shown_ms"] for timing in exposures(page, server, count)]
    changes: list[tuple[str, float]] = page.evaluate("window.changes")
    frames: list[float] = page.evaluate("window.frames")
    starts = [at for veil, at in changes if veil == "open"]
    ends = [at for veil, at in changes if veil == "after"]
    for start, end, told in zip(starts, ends, measured, strict=False):
        assert abs(end - start - told) < 1
        assert told >= exposure_ms - FRAME_MS / 2 - 1
        before = max(at for at in frames if at < end - 0.5)
        assert before - start < exposure_ms - FRAME_MS / 4


@pytest.mark.parametrize("mask", ["noise", "grey", "none"])
def test_what_was_shown_once_is_not_shown_again(serve: Serve, read: Read, mask: str) -> None:
    server = serve(**shown(SEEN, exposure_ms=60, mask=mask))
    page = read(server)
    page.wait_for_function("document.querySelector('#grid').dataset.veil === 'after'")
    expect(page.locator(f".veil.{mask}")).to_be_visible()
    page.locator("#saved", has_text="Saved").wait_for()
    page.reload()
    wait_for_trial(page, 1)
    expect(page.locator("#grid")).to_have_attribute("data-veil", "after")
    press(page, "1", "Enter")
    timing = arrived(page, server)[0]["timing"]
    assert timing["shown_ms"] > 0
    assert timing["exposure_ms"] == 60


def test_no_answer_is_sent_before_the_images_were_looked_at(
    serve: Serve, read: Read, clocked: BrowserContext
) -> None:
    server = serve(**shown(SEEN, min_view_ms=30_000))
    page = read(server)
    press(page, "1", "Enter")
    assert "You can answer in" in (page.locator("#lacks").text_content() or "")
    assert server.study.responses == []
    page.clock.fast_forward(30_100)
    page.locator("#lacks", has_text="Everything is answered.").wait_for()
    press(page, "Enter")
    assert arrived(page, server)[0]["timing"]["active_ms"] >= 30_000


def test_what_is_open_when_the_time_is_over_is_said_to_be_so(
    serve: Serve, read: Read, clocked: BrowserContext
) -> None:
    more = item("sure", "scale", "How sure?", scale={"points": [1, 2, 3], "labels": ["low", "high"]})
    server = serve(**shown(SEEN, more, answer_within_ms=40_000))
    page = read(server)
    press(page, "1")
    assert "s left to answer" in (page.locator("#limit").text_content() or "")
    page.clock.fast_forward(40_200)
    answer = arrived(page, server)[0]["answer"]
    said = {entry["item"]: entry for entry in answer["items"]}
    assert said["seen"]["value"] == "yes"
    assert (said["sure"]["missing"], said["sure"]["value"]) == ("time", None)
    wait_for_trial(page, 2)


def test_a_briefing_is_a_page_of_its_own_and_comes_once(serve: Serve, context: BrowserContext) -> None:
    server = serve(
        **shown(SEEN, section={"briefing": "Look closely.\n\nThere is no hurry.", "help": "Open text."})
    )
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    dialog = page.locator("dialog.calm")
    dialog.get_by_text("There is no hurry.").wait_for()
    box = dialog.bounding_box()
    assert box == {"x": 0, "y": 0, "width": 1100, "height": 700}
    assert violations(page) == []
    press(page, "Enter")
    wait_for_trial(page, 1)
    expect(page.locator(".help-text")).to_have_text("Open text.")
    page.reload()
    wait_for_trial(page, 1)
    expect(page.locator("dialog.calm")).to_have_count(0)


@pytest.mark.parametrize("exposure_ms", [0, 300])
def test_images_travel_while_a_briefing_is_read_unless_time_is_limited(
    serve: Serve, context: BrowserContext, exposure_ms: int
) -> None:
    told = {"briefing": "Look closely."}
    server = serve(**shown(SEEN, section=told, exposure_ms=exposure_ms), frames=3, trials=1)
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    page.locator("dialog.calm").wait_for()
    read_ms = page.evaluate("performance.now()")
    press(page, "Enter")
    wait_for_trial(page, 1)
    first = "performance.getEntriesByType('resource').find(({ name }) => name.includes('/pixels/')).startTime"
    assert (page.evaluate(first) < read_ms) == (exposure_ms == 0)


def test_a_disclosure_is_acknowledged_before_anything_later_is_shown(
    serve: Serve, context: BrowserContext
) -> None:
    told = {"section": "x1", "title": "Single images", "text": "Some of these images were synthetic."}
    server = serve(**shown(SEEN), disclosure=told)
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    page.locator("dialog.calm").get_by_text("Some of these images were synthetic.").wait_for()
    expect(page.locator(".view")).to_have_count(0)
    assert server.study.disclosed == []
    press(page, "Enter")
    wait_for_trial(page, 1)
    assert server.study.disclosed == ["x1"]


def test_a_break_is_not_offered_again_after_a_change(serve: Serve, read: Read) -> None:
    server = serve(**shown(SEEN, section={"break_after": 1, "allow_back": True}), trials=4)
    page = read(server)
    press(page, "1", "Enter")
    page.get_by_role("dialog", name="Time for a break").wait_for()
    press(page, "Enter")
    wait_for_trial(page, 2)
    press(page, "Backspace")
    wait_for_trial(page, 1)
    press(page, "2", "Enter")
    wait_for_trial(page, 2)
    expect(page.get_by_role("dialog")).to_have_count(0)
