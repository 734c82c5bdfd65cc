"""A virtual reader who comes in by the invitation link and reads through HTTP, session, CSRF and all."""

import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from readerstudy.studies.invite import Invited
from readerstudy.truth.virtual.browser import Browser
from readerstudy.truth.virtual.direct import questionnaire
from readerstudy.truth.virtual.mind import Mind
from readerstudy.truth.virtual.screens import Screens

OnAnswer = Callable[[], None]


def read_through_http(invited: Invited, mind: Mind, *, server: str, on_answer: OnAnswer) -> int:
    """Accept the invitation, do what stands before reading, and read; returns the number of answers."""
    browser = Browser(server)
    link = urlsplit(invited.link).path
    browser.get(link)
    browser.post_form(link)
    enrolment = invited.enrolment
    slug = enrolment.study.slug
    api = f"/api/reading/{slug}"
    document = enrolment.study.lock.protocol.document
    if document.consent:
        browser.post(f"{api}/consent")
    if document.questions:
        browser.post(f"{api}/questionnaire", questionnaire(enrolment, mind))
    browser.post(f"{api}/briefing")
    sitting = str(uuid.uuid4())
    if document.display.if_failed == "refuse":
        browser.post(f"{api}/display", GOOD_DISPLAY)
    browser.post(f"{api}/sitting", {"sitting": sitting, "take_over": False, "screen": SCREEN})
    screens, given = Screens(enrolment), 0
    state = browser.json(f"{api}/state")
    while (shown := _past_the_gate(browser, slug, state)) is not None and not mind.stops():
        for image in shown["images"]:
            browser.get(image["url"])
        answer = mind.answer(screens.screen(shown["token"]))
        state = browser.post(
            f"{api}/presentations/{shown['token']}/response",
            {"client_uuid": str(uuid.uuid4()), "answer": answer, "timing": _timing(mind)},
        )["state"]
        given += 1
        on_answer()
    return given


def _past_the_gate(browser: Browser, slug: str, state: Any) -> Any:
    """What is to be read now; where nothing is, a section is handed in or a practice judged before."""
    api = f"/api/reading/{slug}"
    if state["current"] is None and not state["finished"]:
        if state["hand_in"]:
            browser.post(f"{api}/hand-in", {"section": state["hand_in"]["section"]})
        else:
            browser.post_form(f"/read/{slug}/practice/")
        state = browser.json(f"{api}/state")
    return state["current"]


SCREEN = {"width": 1920, "height": 1080, "pixel_ratio": 1}
GOOD_DISPLAY: dict[str, Any] = {
    "screen_width": 1920,
    "screen_height": 1080,
    "viewport_width": 1920,
    "viewport_height": 1000,
    "pixel_ratio": 1,
    "dark_steps_seen": 6,
    "dark_steps": 6,
    "bright_steps_seen": 6,
    "bright_steps": 6,
    "ambient_light": "dim",
}


def _timing(mind: Mind) -> dict[str, int]:
    took_ms = mind.response_ms()
    return {"response_ms": took_ms, "active_ms": took_ms}
