"""A virtual reader who comes in by the invitation link and reads through HTTP, session, CSRF and all."""

import uuid
from typing import Any
from urllib.parse import urlsplit

from readerstudy.studies.invite import Invited
from readerstudy.truth.virtual.browser import Browser
from readerstudy.truth.virtual.direct import OnAnswer, questionnaire, timing_of
from readerstudy.truth.virtual.items import answer
from readerstudy.truth.virtual.reader import VirtualReader
from readerstudy.truth.virtual.screens import Screens
from readerstudy.truth.virtual.sharp_eyes import display_check

#: Between two trials: a section handed in, its disclosure read. During a washout nothing opens.
MOST_GATES = 5


def read_through_http(invited: Invited, reader: VirtualReader, *, server: str, on_answer: OnAnswer) -> int:
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
        browser.post(f"{api}/questionnaire", questionnaire(enrolment, reader))
    browser.post(f"{api}/briefing")
    sitting = str(uuid.uuid4())
    if document.display.if_failed == "refuse":
        browser.post(f"{api}/display", display_check(**browser.json(f"{api}/display")))
    browser.sitting = sitting
    browser.post(f"{api}/sitting", {"sitting": sitting, "take_over": False, "screen": SCREEN})
    screens, given = Screens(enrolment), 0
    state = browser.json(f"{api}/state")
    while (state := _past_the_gate(browser, slug, state))["current"] is not None and not reader.stops():
        shown = state["current"]
        for image in shown["images"]:
            browser.get(image["url"])
        screen = screens.screen(shown["token"], state["section"]["screen"]["exposure_ms"])
        said = {"answer": answer(reader, screen), "timing": timing_of(reader, screen)}
        state = browser.post(
            f"{api}/presentations/{shown['token']}/response", {"client_uuid": str(uuid.uuid4()), **said}
        )["state"]
        given += 1
        on_answer()
    return given


def _past_the_gate(browser: Browser, slug: str, state: Any) -> Any:
    """The state with what is to be read now; before it sections are handed in and practice is judged."""
    api = f"/api/reading/{slug}"
    for _ in range(MOST_GATES):
        if state["current"] is not None or state["finished"]:
            break
        if state["hand_in"]:
            browser.post(f"{api}/hand-in", {"section": state["hand_in"]["section"]})
        elif state["disclosure"]:
            browser.post(f"{api}/disclosed/", {"section": state["disclosure"]["section"]})
        else:
            browser.post_form(f"/read/{slug}/practice/")
        state = browser.json(f"{api}/state")
    return state


SCREEN = {"width": 1920, "height": 1080, "pixel_ratio": 1}
