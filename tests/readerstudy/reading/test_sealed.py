"""Sealed images of the next trial: nothing to read before an answer is taken, exact pixels after it."""

from base64 import urlsafe_b64decode
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from django.urls import reverse

from readerstudy.imaging import delivery
from readerstudy.reading.models import Fetch, Response, Slot
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import a_tab
from tests.readerstudy.reading.test_packed_pixels import a_packed_study
from tests.readerstudy.results.test_case_file import end

pytestmark = pytest.mark.django_db

BRIEFLY = """
[[sections]]
name = "triples"
task = "pick_real"
trials = 4
compose = { hospital-canary = 1, checkpoint-canary = 1, gan-canary = 1 }
exposure_ms = 500
"""


@pytest.fixture
def brief() -> Locked:
    return a_locked_study(protocol_text(sections=BRIEFLY))


def opened(body: bytes, key: str) -> bytes:
    """As a browser opens it."""
    cipher = algorithms.AES(urlsafe_b64decode(f"{key}="))
    return Cipher(cipher, modes.CTR(bytes(16))).decryptor().update(body)


def keys_in(state: Any) -> dict[str, str]:
    return {image["seal"]["url"]: image["seal"]["key"] for image in state["current"]["images"]}


def plain(url: str) -> bytes:
    return delivery.pixels(Slot.objects.get(token=url.rsplit("/", 1)[1]).trial_image.image)


def test_what_comes_before_an_answer_opens_with_what_comes_after_it(brief: Locked) -> None:
    tab = a_tab(brief)
    state, ahead = tab.state(), {}
    for trial in range(1, 5):
        ahead = {url: tab.client.get(url).content for url in state["sealed"]}
        assert len(ahead) == (3 if trial < 4 else 0)
        # No key that is told now opens any of it, the key of the same place on the screen included.
        told = keys_in(state).values()
        assert all(opened(body, key) != plain(url) for url, body in ahead.items() for key in told)
        state = tab.respond(state).json()["state"]
        if state["current"]:
            keys = keys_in(state)
            assert keys.keys() == ahead.keys()
            assert all(opened(body, keys[url]) == plain(url) for url, body in ahead.items())


def test_no_key_is_used_twice_and_nothing_tells_bodies_apart(brief: Locked) -> None:
    keys: list[str] = []
    seen = set()
    for name in ("rita", "ron"):
        tab = a_tab(brief, name)
        while (state := tab.state())["current"]:
            for url in state["sealed"]:
                answer = tab.client.get(url)
                seen.add((answer.status_code, len(answer.content), tuple(sorted(answer.headers.items()))))
            keys += keys_in(state).values()
            tab.respond(state)
    assert len(keys) == len(set(keys)) == 24
    assert [(status, length) for status, length, _ in seen] == [(200, 16 * 24)]


def test_a_part_is_sealed_as_it_is_in_the_whole(brief: Locked) -> None:
    tab = a_tab(brief)
    url = tab.state()["sealed"][0]
    whole = tab.client.get(url).content
    for start in (1, 16, 41):
        assert tab.client.get(url, headers={"Range": f"bytes={start}-"}).content == whole[start:]


def test_packed_images_are_sealed_as_they_are_packed(settings: Any) -> None:
    settings.PIXELS_BY_NGINX = True
    made = a_packed_study("bits = 8", more_of_section="exposure_ms = 500\n")
    tab = a_tab(made)
    state = tab.state()
    ahead = [tab.client.get(url).content for url in state["sealed"]]
    tab.respond(state)
    settings.PIXELS_BY_NGINX = False
    for body, image in zip(ahead, tab.state()["current"]["images"], strict=True):
        assert opened(body, image["seal"]["key"]) == tab.client.get(image["packed"]["url"]).content


def test_only_its_reader_gets_it_and_only_one_trial_before_its_turn(brief: Locked) -> None:
    rita, ron = a_tab(brief), a_tab(brief, "ron")
    state = rita.state()
    [mine, *_], [theirs, *_] = state["sealed"], ron.state()["sealed"]
    later = Slot.objects.filter(presentation__place=1, presentation__order=3)[0]
    refused = [rita.client.get(theirs), rita.client.get(f"/api/reading/sealed/{later.token}")]
    refused += [rita.client.get(mine.replace("sealed", "pixels"))]
    refused += [brief.client(name).get(mine) for name in ("alice", "carl", "anna")]
    assert {answer.status_code for answer in refused} == {404}
    rita.respond(state)
    rita.respond()
    assert rita.client.get(mine).status_code == 404


def test_each_fetch_is_noted_and_shown_after_the_unblinding(brief: Locked) -> None:
    tab = a_tab(brief)
    first = tab.state()
    for url in (*first["sealed"], first["sealed"][0]):
        tab.client.get(url)
    tab.respond(first)
    tab.respond()
    second = brief.reading("rita").responses.get(presentation__order=2)
    assert second.timing["fetches"] == 4 == Fetch.objects.count()
    page = reverse("desk-case", args=[brief.study.slug, "triples", second.presentation.trial.number])
    assert brief.client("alice").get(page).status_code == 404
    end(brief)
    assert "fetched 1 more time<" in brief.client("alice").get(page).content.decode()


def test_two_tabs_get_no_key_sooner_and_what_both_hold_is_counted(brief: Locked) -> None:
    """Who shows a trial in one tab and again in another has fetched its images twice."""
    first, second = a_tab(brief), a_tab(brief)
    first.sit()
    held = [first.client.get(url).content for url in first.state()["sealed"]]
    assert second.sit(take_over=True).status_code in (200, 201)
    state = second.state()
    ahead = [second.client.get(url).content for url in state["sealed"]]
    assert held == ahead
    assert not keys_in(state).keys() & set(state["sealed"])
    assert first.respond(state).json()["code"] == "superseded_tab"
    following = second.respond(state).json()["state"]
    assert keys_in(following).keys() == set(state["sealed"])
    second.respond(following)
    shown = brief.reading("rita").responses.get(presentation__order=2)
    assert shown.timing["fetches"] == 2 * len(ahead)


def test_whoever_fetches_nearly_all_of_an_image_again_is_shown(brief: Locked) -> None:
    """A reader who asks for the image without its first byte sees it as long as they like."""
    tab = a_tab(brief)
    first = tab.state()
    for url in first["sealed"]:
        tab.client.get(url)
    again = tab.client.get(first["sealed"][0], headers={"range": "bytes=1-"})
    assert again.status_code == 206
    tab.respond(first)
    tab.respond()
    second = brief.reading("rita").responses.get(presentation__order=2)
    assert second.timing["fetches"] == 1 + len(first["sealed"])


def test_the_parts_of_a_cine_are_one_fetch(settings: Any) -> None:
    settings.PIXELS_BY_NGINX = True
    cine = 'bits = 8\nframes = 5\nplay = "cine"\nrate_hz = 20'
    tab = a_tab(a_packed_study(cine, more_of_section="exposure_ms = 500\n"))
    state = tab.state()
    [again, *others] = (image["packed"] for image in state["current"]["images"])
    for sent in (again, again, *others):
        size = sent["frame_bytes"]
        for start, frames in ((0, 1), (0, 2), (2, 2), (4, 1)):
            asked = f"bytes={start * size}-{(start + frames) * size - 1}"
            assert tab.client.get(sent["url"], headers={"range": asked}).status_code == 206
    assert tab.respond(state).status_code == 201
    [kept] = Response.objects.all()
    assert kept.timing["fetches"] == 1 + len(state["current"]["images"])


STAIRCASE = """
[[sections]]
name = "calls"
task = "call"
trials = 4
compose = { hospital-canary = 2, checkpoint-canary = 2 }
[sections.staircase]
item = "call"
start_ms = 250
min_ms = 50
max_ms = 1000
down = 3
down_ms = 30
up = 1
up_ms = 40
reversals = 9
"""


@pytest.mark.parametrize("sections", ["", STAIRCASE])
def test_elsewhere_nothing_is_sealed(sections: str) -> None:
    tab = a_tab(a_locked_study(protocol_text(sections=sections)))
    state = tab.state()
    assert state["sealed"] == []
    assert {image["seal"] for image in state["current"]["images"]} == {None}
    slots = Slot.objects.filter(presentation__place=1, presentation__order__lte=2)
    found = [tab.client.get(f"/api/reading/sealed/{slot.token}") for slot in slots]
    assert {answer.status_code for answer in found} == {404}
