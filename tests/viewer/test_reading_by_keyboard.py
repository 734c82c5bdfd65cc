"""A reader needs no mouse: every action has a key."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.viewer.conftest import arrived, press, wait_for_trial
from tests.viewer.fake_server import FakeServer

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[[FakeServer], Page]


def answered(page: Page, server: FakeServer, number: int) -> dict[str, Any]:
    """Waits until the given trial is answered and the next one shown."""
    wait_for_trial(page, number + 1)
    answer: dict[str, Any] = arrived(page, server, number)[number - 1]["answer"]
    return answer


def test_a_whole_study_is_read_with_the_keyboard_alone(serve: Serve, read: Read) -> None:
    server = serve(trials=5)
    page = read(server)
    for number in range(1, 6):
        press(page, "3", "b", "4", "ArrowRight", "1", "ArrowRight", "2", "Shift+B", "Enter")
        if number < 5:
            wait_for_trial(page, number + 1)
    page.wait_for_url("**/thanks/")
    assert [response["token"] for response in server.study.responses] == ["t1", "t2", "t3", "t4", "t5"]
    for response in server.study.responses:
        assert response["answer"]["pick"] == "B"
        assert response["answer"]["ratings"] == {"A": 3, "B": 4, "C": 1, "D": 2}


def test_one_key_marks_an_image_as_the_real_one(serve: Serve, read: Read) -> None:
    page = read(serve())
    press(page, "Shift+C")
    expect(page.locator(".cell.chosen")).to_have_attribute("data-slot", "C")
    press(page, "Shift+A")
    expect(page.locator(".cell.chosen")).to_have_attribute("data-slot", "A")
    expect(page.locator(".pick [aria-pressed=true]")).to_have_count(1)


def test_what_is_still_missing_is_said_and_nothing_is_sent(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    press(page, "Enter")
    expect(page.locator("#lacks")).to_have_text("Mark the real one.")
    press(page, "Shift+A", "1", "c", "2", "Enter")
    expect(page.locator("#lacks")).to_have_text("Not rated yet: B, D.")
    expect(page.locator("#submit")).to_have_attribute("aria-disabled", "true")
    assert server.study.responses == []


def test_a_call_takes_arrows_and_digits(serve: Serve, read: Read) -> None:
    server = serve(task="call", slots="A")
    page = read(server)
    press(page, "ArrowLeft", "ArrowRight", "3", "Enter")
    answer = answered(page, server, 1)
    assert (answer["call"], answer["confidence"]) == ("synthetic", 3)
    assert answer["ratings"] is None


def test_a_rating_of_several_images_needs_no_pick(serve: Serve, read: Read) -> None:
    server = serve(task="rate", slots="AB")
    page = read(server)
    press(page, "2", "b", "4", "Enter")
    assert answered(page, server, 1)["ratings"] == {"A": 2, "B": 4}


def test_a_discrepant_label_asks_what_is_seen_instead(serve: Serve, read: Read) -> None:
    server = serve(
        task="check_label",
        slots="A",
        label=[{"name": "KL grade", "value": "2"}],
        section={"label_choices": {"KL grade": ["0", "1", "2", "3", "4"]}},
    )
    page = read(server)
    seen = page.locator("[data-item^=observed] .opts button")
    expect(seen.first).to_be_hidden()
    press(page, "2", "Enter")
    expect(page.locator("#lacks")).to_have_text("Say what you see instead.")
    seen.nth(2).press("Space")
    assert "then it fits" in (page.locator("#lacks").text_content() or "")
    seen.nth(4).press("Space")
    page.locator(".view").focus()
    press(page, "Enter")
    answer = answered(page, server, 1)
    assert (answer["verdict"], answer["observed"]) == ("discrepant", {"KL grade": "4"})


def test_a_label_goes_by_the_words_of_the_protocol(serve: Serve, read: Read) -> None:
    named = {"name": "kl", "value": "2", "title": "Kellgren-Lawrence grade", "text": "mild"}
    blank = {"of": "image", "help": "", "required": False, "skip": "", "confidence": 0, "scale": None}
    blank |= {"other": "", "none": "", "unit": "", "slider": False, "what": "", "task": "check_label"}
    blank |= dict.fromkeys(("least", "most", "min", "max", "step")) | {"kind": "choice"}
    options = [{"value": "2", "text": "mild"}, {"value": "3", "text": "moderate"}]
    verdicts = [{"value": value, "text": value} for value in ("fits", "discrepant", "unsure")]
    when = [{"item": "verdict", "is": ["discrepant"], "at_least": None, "at_most": None}]
    items = [
        blank | {"name": "verdict", "ask": "", "options": verdicts, "when": []},
        blank | {"name": "observed-kl", "ask": "Kellgren-Lawrence grade", "options": options, "when": when},
    ]
    section = {"label_choices": {"kl": ["2", "3"]}, "items": items}
    server = serve(task="check_label", slots="A", label=[named], section=section)
    page = read(server)
    expect(page.locator(".cell dt")).to_have_text("Kellgren-Lawrence grade")
    expect(page.locator(".cell dd")).to_have_text("mild")
    press(page, "2")
    question = page.locator("[data-item=observed-kl]")
    expect(question).to_contain_text("Kellgren-Lawrence grade")
    question.get_by_role("button", name="moderate").press("Space")
    page.locator(".view").focus()
    press(page, "Enter")
    assert answered(page, server, 1)["observed"] == {"kl": "3"}


def test_enter_leads_to_what_is_seen_instead(serve: Serve, read: Read) -> None:
    choices = {"KL grade": ["0", "1"], "side": ["L", "R"]}
    server = serve(task="check_label", slots="A", section={"label_choices": choices})
    page = read(server)
    press(page, "2", "Enter", "Tab", "Enter", "Enter")
    answer = answered(page, server, 1)
    assert (answer["verdict"], answer["observed"]) == ("discrepant", {"KL grade": "1"})


def test_enter_chooses_a_reason_and_then_submits_without_taking_it_back(serve: Serve, read: Read) -> None:
    server = serve(task="call", slots="A", section={"reasons": {"tags": ["noise", "edges"], "spot": True}})
    page = read(server)
    press(page, "ArrowLeft", "1", "y", "Enter", "x", "Enter")
    assert [reason["tag"] for reason in answered(page, server, 1)["reasons"]] == ["noise"]
    press(page, "y", "Enter")
    given = page.locator(".why .given")
    expect(given).to_have_text("noise")
    press(page, "Space")
    expect(page.get_by_role("button", name="noise")).to_have_attribute("aria-pressed", "false")
    expect(given).to_have_text("")


def test_a_spot_asks_for_its_reason_first(serve: Serve, read: Read) -> None:
    page = read(serve(task="call", slots="A", section={"reasons": {"tags": ["noise"], "spot": True}}))
    press(page, "x")
    assert "Give a reason first" in (page.locator("#lacks").text_content() or "")
    expect(page.locator(".mark")).to_have_count(0)


def test_a_fitting_label_takes_back_what_was_seen_instead(serve: Serve, read: Read) -> None:
    server = serve(task="check_label", slots="A", section={"label_choices": {"KL grade": ["0", "1"]}})
    page = read(server)
    press(page, "2")
    page.locator("[data-item^=observed] .opts button").nth(1).press("Space")
    page.locator(".view").focus()
    press(page, "ArrowUp", "1", "Enter")
    answer = answered(page, server, 1)
    assert (answer["verdict"], answer["observed"]) == ("fits", None)


def test_a_reason_and_its_spot_need_no_mouse(serve: Serve, read: Read) -> None:
    server = serve(task="call", slots="A", section={"reasons": {"tags": ["noise", "edges"], "spot": True}})
    page = read(server)
    press(page, "y", "Tab", "Space", "x")
    press(page, "Shift+R", "1")
    page.locator(".view").focus()
    press(page, "Enter")
    assert answered(page, server, 1)["reasons"] == [{"slot": "A", "tag": "edges", "x": 48, "y": 48}]


def test_invert_link_single_and_reset_each_have_a_key(serve: Serve, read: Read) -> None:
    page = read(serve())
    press(page, "n", "u", "b", "s")
    pressed = "button => button.getAttribute('aria-pressed')"
    assert page.locator("#tool-link").evaluate(pressed) == "false"
    expect(page.locator(".cell:visible")).to_have_attribute("data-slot", "B")
    press(page, "c")
    expect(page.locator(".cell:visible")).to_have_attribute("data-slot", "C")
    press(page, "s")
    expect(page.locator(".cell:visible")).to_have_count(4)
    assert page.locator("#tool-invert").evaluate(pressed) == "true"
    press(page, "u", "r")
    assert page.locator("#tool-invert").evaluate(pressed) == "false"


def test_separate_images_are_inverted_one_by_one(serve: Serve, read: Read) -> None:
    page = read(serve())
    press(page, "u", "n")
    pressed = "button => button.getAttribute('aria-pressed')"
    assert page.locator("#tool-invert").evaluate(pressed) == "true"
    press(page, "b")
    assert page.locator("#tool-invert").evaluate(pressed) == "false"


def test_the_magnifier_stays_while_space_is_held(serve: Serve, read: Read) -> None:
    page = read(serve())
    page.keyboard.down(" ")
    page.locator(".lens").wait_for(state="visible")
    page.keyboard.up(" ")
    page.locator(".lens").wait_for(state="hidden")


def test_a_pause_covers_the_images_and_enter_goes_on(serve: Serve, read: Read) -> None:
    page = read(serve())
    press(page, "p")
    expect(page.get_by_role("dialog", name="Paused")).to_contain_text("Deadline")
    images = page.locator(".pixels:visible")
    assert images.count() == 0
    press(page, "Enter")
    assert images.count() == 4


def test_the_buttons_say_how_the_image_in_focus_is_shown(serve: Serve, read: Read) -> None:
    page = read(serve())
    preset = page.locator("#tool-preset")
    press(page, "u", "v")
    expect(preset).to_have_attribute("title", "Window: full range")
    press(page, "Shift+ArrowRight")
    expect(preset).to_have_attribute("title", "Window: manual")
    press(page, "b")
    expect(preset).to_have_attribute("title", "Window: preset")
    zoomed = page.locator("[data-slot=B] .ov.bl")
    fitted = zoomed.text_content()
    press(page, "z", "z")
    page.wait_for_function("document.querySelector('[data-slot=B] .ov.bl').textContent === 'Zoom 1×'")
    for zoom in (2, 3, 4):
        press(page, "z")
        page.wait_for_function(
            "t => document.querySelector('[data-slot=B] .ov.bl').textContent === t", arg=f"Zoom {zoom}×"
        )
    press(page, "z")
    page.wait_for_function(
        "t => document.querySelector('[data-slot=B] .ov.bl').textContent === t", arg=fitted
    )
    press(page, ",")
    assert page.locator("#tool-smooth").get_attribute("aria-pressed") == "false"
    press(page, "z", "r")
    page.wait_for_function(
        "t => document.querySelector('[data-slot=B] .ov.bl').textContent === t", arg=fitted
    )


def test_one_image_has_nothing_to_be_linked_with(serve: Serve, read: Read) -> None:
    page = read(serve(task="call", slots="A"))
    press(page, "u")
    expect(page.locator("#tool-link")).to_have_attribute("aria-pressed", "true")


def test_a_key_held_down_answers_no_question(serve: Serve, read: Read) -> None:
    page = read(serve(task="call", slots="A", section={"break_after": 1}))
    press(page, "ArrowLeft", "1")
    page.keyboard.down("Enter")
    dialog = page.get_by_role("dialog", name="Time for a break")
    dialog.wait_for()
    page.keyboard.down("Enter")
    expect(dialog).to_be_visible()
    page.keyboard.up("Enter")
    press(page, "Enter")
    wait_for_trial(page, 2)


def test_question_mark_closes_what_it_opened_and_enter_does_too(serve: Serve, read: Read) -> None:
    page = read(serve())
    dialog = page.locator("#keys-dialog")
    for key in ("?", "Enter"):
        press(page, "?")
        dialog.wait_for()
        press(page, key)
        dialog.wait_for(state="hidden")
    expect(page.locator("#prefer-characters")).to_be_checked()


def test_question_mark_shows_every_key(serve: Serve, read: Read) -> None:
    page = read(serve())
    press(page, "?")
    dialog = page.get_by_role("dialog", name="Keyboard, mouse and touch")
    expect(dialog).to_be_visible()
    words = dialog.text_content() or ""
    for key in ("Enter", "␣", "N", "U", "R", "S", "P", "W", "Z", "V", "O", "Q", "M"):
        assert key in words
    press(page, "Escape")
    dialog.wait_for(state="hidden")


def test_letters_and_digits_can_be_switched_off_for_those_whose_software_types(
    serve: Serve, read: Read
) -> None:
    page = read(serve())
    press(page, "?")
    page.get_by_label("Letters, digits and signs act as keys").uncheck()
    press(page, "Escape")
    page.locator("#keys-dialog").wait_for(state="hidden")
    press(page, "3", "Shift+B", "n")
    expect(page.locator(":is(.cell, .rail) [aria-pressed=true]")).to_have_count(0)
    press(page, "ArrowRight")
    expect(page.locator(".cell.focus")).to_have_attribute("data-slot", "B")


def test_a_first_digit_moves_on_and_one_that_changes_an_answer_stays(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    press(page, "1", "2", "3", "4", "Shift+D")
    expect(page.locator("#lacks")).to_have_text("Everything is answered.")
    press(page, "a", "4", "2", "Enter")
    (sent,) = arrived(page, server)
    assert sent["answer"]["ratings"] == {"A": 2, "B": 2, "C": 3, "D": 4}


def test_a_digit_stays_where_the_reader_wants_it(serve: Serve, read: Read) -> None:
    page = read(serve())
    press(page, "?")
    page.get_by_label("A digit moves on to the next image or question").uncheck()
    press(page, "Escape")
    page.locator("#keys-dialog").wait_for(state="hidden")
    press(page, "1", "2")
    expect(page.locator(".cell.focus")).to_have_attribute("data-slot", "A")


def test_each_trial_begins_at_its_first_image(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    press(page, "3", "b", "4", "c", "1", "d", "2", "Shift+B", "Enter")
    wait_for_trial(page, 2)
    assert page.evaluate("document.activeElement.closest('[data-slot]').dataset.slot") == "A"
    press(page, "4")
    expect(page.locator("[data-slot=A] [aria-pressed=true]")).to_have_count(1)
