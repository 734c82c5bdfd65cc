"""A reader in section 1 looks for words of section 2, in everything the server sends them."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core import mail
from django.test import Client

from readerstudy.reading.hand_in import hand_in
from readerstudy.reading.walk import Walk
from readerstudy.studies.mail import Post, send_reminder
from tests.readerstudy.factory import QUARTETS, Locked, a_locked_study, answer_next, protocol_text
from tests.readerstudy.reading.conftest import Tab, a_tab
from tests.readerstudy.reading.screens import good_screen

pytestmark = pytest.mark.django_db

SECTIONS = """
[[sections]]
name = "first-look"
title = "A first look"
task = "check_label"
trials = 3
compose = { hospital-canary = 1, checkpoint-canary = 2 }
labels = ["grade"]
[[sections]]
name = "unmasking"
title = "Which ones are fake?"
task = "call"
trials = 61
compose = { hospital-canary = 30, checkpoint-canary = 31 }
rate = true
confidence = 7
"""
MORE = """
[scale]
points = [1, 2]
labels = ["contrived", "convincing"]
[reading]
allow_back = {back}
"""
#: Of the title, of section 2, of its task and its scale, and the numbers of its trials and of all.
TELLING = re.compile(
    r"Turing|unmasking|fake|\breal\b|synthetic|contrived|convincing|\b61\b|\b64\b|of 2\b", re.IGNORECASE
)


def study(*, back: bool = False) -> Locked:
    text = protocol_text(sections=SECTIONS, more=MORE.format(back=str(back).lower()))
    text = text.replace('title = "Knees"', 'title = "A Turing test"\npublic_title = "Knee radiographs"', 1)
    return a_locked_study(text, briefed=False)


def pages(client: Client, slug: str) -> Iterator[str]:
    """The list, and every page of the study that opens now."""
    yield client.get("/read/").content.decode()
    names = ("", "consent", "instructions", "display", "trial", "between", "hand-in", "finish", "practice")
    names = (*names, "stop", "withdraw")
    for name in names:
        answer = client.get(f"/read/{slug}/{name}/".replace("//", "/"))
        yield answer.content.decode()
        yield json.dumps(dict(answer.headers))


def everything(tab: Tab) -> str:
    """Pages, state, the open presentation and the headers of its pixels, as text without the site's frame."""
    state = tab.get("state")
    said = [*pages(tab.client, tab.slug), state.content.decode()]
    shown = state.json().get("current")
    if shown:
        said.append(tab.get(f"presentations/{shown['token']}").content.decode())
        pixels = (tab.client.get(image["url"]) for image in shown["images"][:1])
        said.extend(json.dumps(dict(answer.headers)) for answer in pixels)
    return "\n".join(said)


def telling(text: str) -> list[str]:
    without_tokens = re.sub(r"[A-Za-z0-9_-]{24,}|csrf\S+|[0-9a-f]{8,}", "", text)
    return TELLING.findall(without_tokens)


def prepare(tab: Tab) -> None:
    tab.post("consent")
    tab.post("briefing")
    tab.client.post(f"/read/{tab.slug}/display/", good_screen(tab.client, tab.slug))


def test_before_the_first_image_nothing_tells_of_section_two() -> None:
    tab = a_tab(study())
    assert telling("\n".join(pages(tab.client, tab.slug))) == []


def test_before_the_consent_no_page_tells_what_the_first_section_is_called() -> None:
    tab = a_tab(study())
    assert "A first look" not in "\n".join(pages(tab.client, tab.slug))
    tab.post("consent")
    said = "\n".join(
        tab.client.get(f"/read/{tab.slug}/{name}/").content.decode() for name in ("between", "stop")
    )
    assert "A first look" not in said


@pytest.mark.parametrize("back", [False, True])
def test_in_section_one_nothing_tells_of_section_two(back: bool) -> None:
    made = study(back=back)
    tab = a_tab(made)
    prepare(tab)
    for _ in range(3):
        assert telling(everything(tab)) == []
        tab.respond()
    if back:
        first = made.study.sections.get(name="first-look")
        assert tab.state()["hand_in"]["section"] == first.token
        assert telling(everything(tab)) == []
        hand_in(made.reading("rita"), first, by=made.people["rita"])
    assert "fake" in json.dumps(tab.state())


def test_no_later_section_is_handed_in_or_answered_before_this_one() -> None:
    made = study(back=True)
    tab = a_tab(made)
    prepare(tab)
    first, second = made.study.sections.order_by("position")
    assert tab.post("hand-in", {"section": "first-look"}).status_code == 404
    assert tab.post("hand-in", {"section": second.token}).status_code == 404
    assert tab.post("hand-in", {"section": first.token}).json()["code"] == "incomplete"
    for _ in range(3):
        tab.respond()
    later = made.study.sections.get(name="unmasking").presentations.get(place=1, order=1)
    answer: Any = {"call": "real", "confidence": 1, "ratings": {"A": 1}}
    body = {"client_uuid": "1" * 32, "answer": answer}
    assert tab.post(f"presentations/{later.token}/response", body).json()["code"] == "step_first"


def test_letters_to_readers_have_the_title_for_readers() -> None:
    made = study()
    with Post() as post:
        send_reminder(made.reading("rita"), by=made.owner, post=post)
    [letter] = mail.outbox
    assert "Knee radiographs" in letter.subject
    assert telling(letter.subject + letter.body) == []


def test_what_is_fetched_ahead_never_holds_a_trial_and_its_repeat() -> None:
    """Their pixels are the same bytes, which a page that has both at hand could compare."""
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=6) + "repeats = 3\n"))
    rita, seen = made.reading("rita"), 0
    while (reach := Walk(rita).in_reach) and seen < 20:
        trials = [presentation.trial_id for presentation in reach]
        assert len(set(trials)) == len(trials)
        answer_next(rita)
        seen += 1
    assert seen == 9
