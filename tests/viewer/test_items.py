"""Every kind of item is answered in the rail: by keyboard alone, by mouse, by touch; and arrives once."""

import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from PIL import Image
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.chromium import close
from tests.viewer.conftest import FETCHED, arrived, drafted, press, wait_for_trial
from tests.viewer.fake_sections import item, options
from tests.viewer.fake_server import FakeServer
from tests.viewer.test_for_everybody import overflows, resize, small_targets, violations

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]

FIVE = {"points": [1, 2, 3, 4, 5], "labels": ["poor", "fair", "adequate", "good", "excellent"]}
ENDS = {"points": [1, 2, 3], "labels": ["low", "high"]}
QUALITY = item("quality", "scale", "Technical quality", scale=FIVE)
FINDING = item(
    "finding",
    "choice",
    "Main finding",
    options=options("Normal", "Fracture"),
    other="Other",
    skip="Cannot judge",
    confidence=3,
)
SIGNS = item(
    "signs",
    "choices",
    "What do you see?",
    options=options("Osteophytes", "Sclerosis", "Cysts"),
    none="None of these",
    most=2,
)
AGE = item("age", "number", "Estimated age", min=18, max=99, step=1, unit="years", slider=True)
WHY = item("why", "text", "Comment", most=50, required=False)
LESIONS = item("lesions", "mark", "Mark each lesion", none="No lesion", confidence=3, most=2)
WIDTH = item("width", "measure", "Joint space", what="distance", unit="px")
ORDER = item("order", "rank", "Put them in order")
BETTER = item("better", "prefer", "Which would you rather read?", none="No preference")
WHERE = item(
    "where",
    "text",
    "Where is the fracture?",
    when=[{"item": "finding", "is": ["fracture"], "at_least": None, "at_most": None}],
)


def asking(*items: dict[str, Any], **section: Any) -> dict[str, Any]:
    more = {"task": "ask", "rate": False, "items": list(items)} | section
    return {"task": "ask", "slots": "A", "section": more}


def sent(page: Page, server: FakeServer, number: int = 1) -> dict[tuple[str, str | None], dict[str, Any]]:
    """What reached the server, by item and image; each once."""
    answer = arrived(page, server, number)[number - 1]["answer"]
    found = {(said["item"], said["slot"]): said for said in answer["items"]}
    assert len(found) == len(answer["items"])
    return found


def submit(page: Page, server: FakeServer) -> dict[tuple[str, str | None], dict[str, Any]]:
    press(page, "Enter")
    wait_for_trial(page, 2)
    return sent(page, server)


def lacking(page: Page) -> str:
    return page.locator("#lacks").text_content() or ""


def test_scales_and_choices_are_answered_by_digits_and_arrows(serve: Serve, read: Read) -> None:
    server = serve(**asking(QUALITY, FINDING))
    page = read(server)
    press(page, "4", "Enter")
    assert lacking(page) == "Still open: Main finding"
    press(page, "2", "Enter")
    assert "Say how sure you are" in lacking(page)
    press(page, "3")
    said = submit(page, server)
    assert said["quality", "A"]["value"] == 4
    assert (said["finding", "A"]["value"], said["finding", "A"]["confidence"]) == ("fracture", 3)


def test_something_else_is_written_and_what_cannot_be_judged_is_skipped(serve: Serve, read: Read) -> None:
    server = serve(**asking(FINDING))
    page = read(server)
    press(page, "3")
    assert page.evaluate("document.activeElement.tagName") == "INPUT"
    assert "Write what you mean by “Other”" in lacking(page)
    page.keyboard.type("Cyst")
    press(page, "Enter", "ArrowDown", "2")
    drafted(page, server, "t1")
    assert server.study.drafts["t1"]["answer"]["items"][0]["other"] == "Cyst"
    page.get_by_role("button", name="Cannot judge").press("Space")
    page.locator(".view").focus()
    said = submit(page, server)
    nothing = {"value": None, "other": None, "confidence": None, "points": None}
    assert said == {("finding", "A"): {"item": "finding", "slot": "A", "missing": "skip"} | nothing}


def test_several_options_come_in_the_order_of_the_protocol_and_none_is_an_answer(
    serve: Serve, read: Read
) -> None:
    server = serve(**asking(SIGNS))
    page = read(server)
    press(page, "3", "1")
    assert lacking(page) == "Everything is answered."
    press(page, "2", "Enter")
    assert "Choose at most 2." in lacking(page)
    press(page, "2")
    drafted(page, server, "t1")
    assert server.study.drafts["t1"]["answer"]["items"][0]["value"] == ["osteophytes", "cysts"]
    press(page, "4")
    assert submit(page, server)["signs", "A"]["value"] == []


def test_a_number_is_typed_or_slid_and_held_to_its_limits(serve: Serve, read: Read) -> None:
    server = serve(**asking(AGE, WHY))
    page = read(server)
    slider = page.get_by_role("slider", name="Estimated age")
    expect(slider).to_have_attribute("aria-valuetext", "not set")
    expect(page.locator("[data-item=age]")).to_contain_text("18 to 99, in steps of 1")
    page.keyboard.type("12")
    assert "Allowed: 18 to 99, in steps of 1." in lacking(page)
    press(page, "Backspace", "Backspace")
    page.keyboard.type("47")
    expect(slider).to_have_value("47")
    slider.press("ArrowRight")
    page.locator("textarea:not(#concern-text)").fill("old knee")
    press(page, "Escape")
    said = submit(page, server)
    assert said["age", "A"]["value"] == 48
    assert said["why", "A"]["value"] == "old knee"


def test_an_optional_question_left_open_has_no_entry(serve: Serve, read: Read) -> None:
    server = serve(**asking(QUALITY, WHY))
    page = read(server)
    press(page, "1")
    assert set(submit(page, server)) == {("quality", "A")}


def test_a_question_appears_where_its_condition_holds_and_moves_nothing(serve: Serve, read: Read) -> None:
    server = serve(**asking(FINDING, WHERE, QUALITY))
    page = read(server)
    resize(page, 1440, 900)
    question = page.locator("[data-item=where]")
    below = page.locator("[data-item=quality]")
    place = below.bounding_box()
    expect(question).to_be_hidden()
    press(page, "2")
    question.wait_for()
    assert below.bounding_box() == place
    press(page, "ArrowDown", "1", "ArrowDown")
    page.keyboard.type("tibia")
    press(page, "Escape", "ArrowUp", "ArrowUp", "1")
    question.wait_for(state="hidden")
    below.get_by_role("button", name="5").click()
    assert set(submit(page, server)) == {("finding", "A"), ("quality", "A")}


def test_marks_are_set_by_click_and_key_moved_and_rated(serve: Serve, read: Read) -> None:
    server = serve(**asking(LESIONS), width=100, height=100)
    page = read(server)
    page.locator(".view").click(position={"x": 300, "y": 300})
    page.get_by_role("button", name="1", exact=True).last.click()
    press(page, "x", "2")
    expect(page.locator(".view .mark")).to_have_count(2)
    assert lacking(page) == "Everything is answered."
    chip = page.get_by_role("button", name="Mark 2; arrow keys move it")
    chip.focus()
    press(page, "ArrowRight", "Shift+ArrowDown")
    press(page, "x")
    page.locator(".view").focus()
    said = submit(page, server)["lesions", "A"]
    first, second = said["points"]
    assert (first["confidence"], second["confidence"]) == (1, 2)
    assert (second["x"], second["y"], second["frame"]) == (51, 60, None)


def test_marks_without_a_rating_are_rated_one_after_another_by_digits(serve: Serve, read: Read) -> None:
    server = serve(**asking(LESIONS, QUALITY), width=100, height=100)
    page = read(server)
    press(page, "4", "ArrowUp", "x", "m", "Shift+ArrowRight", "x", "x", "ArrowDown", "Enter")
    assert "Say how sure you are." in lacking(page)
    press(page, "3", "1")
    first, second = submit(page, server)["lesions", "A"]["points"]
    assert (first["confidence"], second["confidence"]) == (1, 3)


def test_a_refused_point_does_not_hide_what_is_still_open(serve: Serve, read: Read) -> None:
    page = read(serve(**asking(WIDTH, QUALITY), width=100, height=100))
    press(page, "ArrowUp", "x", "x", "x")
    assert lacking(page) == "There are as many points as can be. Remove one to set another."
    press(page, "Enter")
    assert lacking(page) == "Still open: Technical quality"


def test_points_go_to_the_next_question_that_takes_them_once_one_is_full(serve: Serve, read: Read) -> None:
    angle = item("angle", "measure", "Angle", what="angle", unit="degrees")
    server = serve(**asking(WIDTH, angle, QUALITY), width=100, height=100)
    page = read(server)
    page.get_by_text("Choose Mark, then click").first.wait_for()
    press(page, "x")
    page.get_by_text("Click or tap the image: 2 points").wait_for()
    for x, y in ((200, 200), (300, 210), (220, 320), (320, 330), (240, 440)):
        page.locator(".view").click(position={"x": x, "y": y})
    expect(page.locator("[data-item=angle] .part")).to_have_class(re.compile("now"))
    page.locator("[data-item=quality]").get_by_role("button", name="4").click()
    page.locator(".view").click(position={"x": 400, "y": 100})
    said = submit(page, server)
    given = {name: len(entry["points"] or []) for (name, _), entry in said.items()}
    assert given == {"width": 2, "angle": 3, "quality": 0}


def test_the_key_of_an_option_stays_within_it(serve: Serve, read: Read) -> None:
    page = read(serve(**asking(SIGNS)))
    page.set_viewport_size({"width": 1024, "height": 768})
    for option in page.locator(".opt").all():
        button, key = option.bounding_box(), option.locator("kbd").bounding_box()
        assert button is not None
        assert key is not None
        assert key["x"] + key["width"] <= button["x"] + button["width"] - 4


def test_a_slider_suggests_no_answer(serve: Serve, read: Read) -> None:
    page = read(serve(**asking(AGE)))
    slider = page.get_by_role("slider", name="Estimated age")
    picture = Image.open(io.BytesIO(slider.screenshot())).convert("L")
    row = [picture.getpixel((x, picture.height // 2)) for x in range(8, picture.width - 8)]
    assert len(set(row)) == 1
    slider.click(position={"x": 30, "y": 10})
    expect(slider).not_to_have_class(re.compile("unset"))


def test_a_trial_begins_at_its_comparison_where_a_number_comes_next(serve: Serve, read: Read) -> None:
    page = read(serve(**asking(BETTER, AGE | {"of": "trial"}) | {"slots": "AB"}))
    expect(page.locator("[data-item=better] .part")).to_have_class(re.compile("now"))


def test_a_page_of_questions_alone_counts_no_trials(serve: Serve, context: BrowserContext) -> None:
    last = item("tired", "scale", "How tired are you?", of="section", scale=FIVE)
    server = serve(**asking(last) | {"trials": 1})
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    page.locator("body.questions").wait_for()
    expect(page.locator("#count")).to_be_empty()


def test_no_lesion_is_an_answer_of_its_own(serve: Serve, read: Read) -> None:
    server = serve(**asking(LESIONS))
    page = read(server)
    press(page, "Enter")
    assert lacking(page) == "Still open: Mark each lesion"
    page.get_by_role("button", name="No lesion").click()
    assert submit(page, server)["lesions", "A"]["points"] == []


def test_a_distance_takes_two_points_and_a_mark_can_be_dragged(serve: Serve, read: Read) -> None:
    server = serve(**asking(WIDTH), width=100, height=100)
    page = read(server)
    box = page.locator(".view").bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.mouse.click(x, y)
    page.mouse.click(x + 90, y)
    page.mouse.move(x + 90, y)
    page.mouse.down()
    page.mouse.move(x + 120, y)
    page.mouse.move(x + 140, y)
    page.mouse.up()
    expect(page.locator(".lines polyline")).to_have_count(1)
    assert (page.locator("[data-item=width] .hint").text_content() or "").endswith("px")
    said = submit(page, server)["width", "A"]
    assert said["value"] is None
    (left, right) = said["points"]
    scale = min(box["width"], box["height"]) / 100
    assert abs(right["x"] - left["x"] - 140 / scale) < 1


def test_an_angle_needs_lines_with_two_ends(serve: Serve, read: Read) -> None:
    angle = item("angle", "measure", "Angle", what="angle", unit="degrees")
    page = read(serve(**asking(angle), width=100, height=100))
    press(page, "x", "x", "m", "Shift+ArrowRight", "x", "x")
    assert lacking(page) == "Two points of a line are the same; move one."
    page.get_by_role("button", name="Mark 1; arrow keys move it").focus()
    press(page, "ArrowDown")
    assert lacking(page) == "Everything is answered."


def test_a_preference_is_a_letter_or_none(serve: Serve, read: Read) -> None:
    server = serve(**asking(BETTER) | {"slots": "AB"})
    page = read(server)
    press(page, "Shift+B")
    expect(page.locator(".cell.chosen")).to_have_attribute("data-slot", "B")
    press(page, "0")
    expect(page.locator(".cell.chosen")).to_have_count(0)
    assert submit(page, server)["better", None]["value"] == "none"


def test_images_are_ranked_by_keys_buttons_and_dragging(serve: Serve, read: Read) -> None:
    server = serve(**asking(ORDER) | {"slots": "ABCD"})
    page = read(server)
    press(page, "Shift+C", "Enter")
    assert "Put every image in order" in lacking(page)
    press(page, "Shift+A", "Shift+D", "Shift+B")
    order = "() => [...document.querySelectorAll('.place b')].map((e) => e.textContent).join('')"
    assert page.evaluate(order) == "CADB"
    page.get_by_role("button", name="Move B up").click()
    assert page.evaluate(order) == "CABD"
    places = page.locator(".place")
    places.nth(3).hover(position={"x": 60, "y": 20})
    page.mouse.down()
    places.nth(1).hover(position={"x": 60, "y": 20})
    places.nth(0).hover(position={"x": 60, "y": 20})
    page.mouse.up()
    assert page.evaluate(order) == "DCAB"
    page.locator("[data-slot=A] .view").focus()
    assert submit(page, server)["order", None]["value"] == ["D", "C", "A", "B"]


def test_each_image_has_its_own_answers(serve: Serve, read: Read) -> None:
    server = serve(**asking(QUALITY, FINDING, BETTER) | {"slots": "AB"})
    page = read(server)
    press(
        page, "4", "b", "2", "Shift+A", "a", "ArrowDown", "1", "ArrowDown", "1", "ArrowUp", "b", "2", "Enter"
    )
    assert "B: Main finding" in lacking(page)
    press(page, "3")
    said = submit(page, server)
    assert [said["quality", slot]["value"] for slot in "AB"] == [4, 2]
    assert [said["finding", slot]["value"] for slot in "AB"] == ["normal", "fracture"]
    assert said["better", None]["value"] == "A"


def test_the_questions_at_the_end_of_a_section_stand_alone(serve: Serve, read: Read) -> None:
    last = item("unusual", "text", "Anything unusual?", of="section", required=False)
    tired = item("tired", "scale", "How tired are you?", of="section", scale=FIVE)
    server = serve(**asking(QUALITY, last, tired) | {"trials": 2})
    page = read(server)
    expect(page.locator("[data-item=tired]")).to_have_count(0)
    press(page, "3", "Enter")
    page.locator("body.questions").wait_for()
    expect(page.locator(".view")).to_have_count(0)
    expect(page.locator("#tools")).to_be_hidden()
    for width, height in [(768, 1024), (390, 844), (1100, 700)]:
        resize(page, width, height)
        field, send = (
            page.locator(name).bounding_box() for name in ("textarea:not(#concern-text)", "#submit")
        )
        assert field is not None
        assert send is not None
        assert field["width"] > min(width, 700) * 0.85
        assert send["height"] < 60
        assert send["y"] + send["height"] <= height
    page.get_by_role("textbox", name="Anything unusual?").fill("No")
    press(page, "Escape", "ArrowDown", "2", "Enter")
    page.wait_for_url("**/thanks/")
    assert sent(page, server, 2)["tired", None]["value"] == 2


def test_items_survive_a_cut_network_a_reload_and_a_lost_acknowledgement(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve(**asking(QUALITY, FINDING, LESIONS), reach=3)
    page = read(server)
    press(page, "4", "ArrowDown", "2", "ArrowDown", "3", "ArrowDown", "x")
    drafted(page, server, "t1")
    page.reload()
    wait_for_trial(page, 1)
    expect(page.locator("[data-item=quality] [aria-pressed=true]")).to_have_attribute("title", "good")
    page.wait_for_function(FETCHED, arg=server.study.addresses(2))
    context.set_offline(True)
    page.get_by_role("button", name="2", exact=True).last.click()
    press(page, "Enter")
    wait_for_trial(page, 2)
    page.get_by_role("alert").get_by_text("kept on this device").wait_for()
    assert server.study.responses == []
    context.set_offline(False)
    said = sent(page, server)
    assert said["quality", "A"]["value"] == 4
    assert said["finding", "A"]["confidence"] == 3
    assert len(said["lesions", "A"]["points"]) == 1
    assert len(server.study.responses) == 1


def test_items_are_answered_by_touch(serve: Serve, browser: Browser) -> None:
    server = serve(**asking(QUALITY, FINDING, LESIONS))
    context = browser.new_context(viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    wait_for_trial(page)
    page.locator("[data-item=quality]").get_by_role("button", name="2").tap()
    page.get_by_role("button", name="Normal").tap()
    page.locator("[data-item=finding] .sure button").nth(1).tap()
    page.locator(".view").tap()
    expect(page.locator(".mark")).to_have_count(0)
    page.get_by_role("button", name="Mark", exact=True).tap()
    page.locator(".view").tap(position={"x": 60, "y": 60})
    page.locator("[data-item=lesions] .scale button").first.tap()
    page.locator("#submit").tap()
    wait_for_trial(page, 2)
    said = sent(page, server)
    assert said["quality", "A"]["value"] == 2
    assert said["finding", "A"]["value"] == "normal"
    assert len(said["lesions", "A"]["points"]) == 1
    close(context)


ALL = [
    QUALITY,
    item("noise", "scale", "Noise", scale=ENDS),
    item("contrast", "scale", "Contrast", scale=ENDS),
]
ALL += [FINDING, WHERE, SIGNS, AGE, WHY, LESIONS, WIDTH]


@pytest.mark.parametrize("slots", ["A", "AB"])
def test_axe_finds_nothing_in_any_kind_of_item(serve: Serve, read: Read, slots: str) -> None:
    more = [ORDER, BETTER] if len(slots) > 1 else []
    page = read(serve(**asking(*more, *ALL) | {"slots": slots}))
    press(page, "2")
    assert violations(page) == []
    for width, height in [(1440, 900), (1024, 768), (768, 1024), (390, 844)]:
        resize(page, width, height)
        assert not overflows(page)
        assert small_targets(page) == []
    press(page, "?")
    assert violations(page) == []


@pytest.mark.parametrize("width", [820, 1024, 1180])
def test_a_long_word_of_an_option_is_not_broken(serve: Serve, read: Read, width: int) -> None:
    call = item("call", "choice", "Which is it?", of="image", options=options("Echt", "Synthetisch"))
    page = read(serve(task="ask", slots="A", section={"items": [call]}))
    page.set_viewport_size({"width": width, "height": 768})
    chosen = page.locator(".opt", has_text="Synthetisch")
    chosen.click()
    lines = "label => label.offsetHeight / parseFloat(getComputedStyle(label).lineHeight)"
    assert chosen.locator("span").first.evaluate(lines) < 1.5


@pytest.mark.parametrize("width", [1024, 1440])
def test_a_slider_with_its_field_and_unit_stays_in_the_rail(serve: Serve, read: Read, width: int) -> None:
    age = item("age", "number", "Bone age", of="image", slider=True, min=0, max=19, step=0.5, unit="years")
    page = read(serve(task="ask", slots="A", section={"items": [age]}))
    page.set_viewport_size({"width": width, "height": 900})
    rail = page.locator("#answers").bounding_box()
    assert rail is not None
    for part in page.locator(".number > *").all():
        box = part.bounding_box()
        assert box is not None
        assert box["x"] + box["width"] <= rail["x"] + rail["width"] - 8
