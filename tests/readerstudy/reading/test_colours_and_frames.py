"""Colours, stacks and cines leave the server as stills do: nothing but the pixels differs between images."""

import json
from typing import Any

import pytest

from readerstudy.imaging import delivery
from readerstudy.reading.models import Slot
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import a_tab

SIDES = 16 * 24
CANVASES = {
    "colour": ('mode = "colour"', SIDES * 3),
    "stack": ("frames = 5", SIDES * 5),
    "cine": ('frames = 5\nplay = "cine"\nrate_hz = 20', SIDES * 5),
    "colour cine": ('mode = "colour"\nframes = 5\nplay = "cine"\nrate_hz = 20', SIDES * 15),
}


@pytest.fixture(params=CANVASES)
def made(request: Any, db: None) -> tuple[Locked, int]:
    more, length = CANVASES[request.param]
    text = protocol_text(trials=4).replace("bits = 8", f"bits = 8\n{more}")
    return a_locked_study(text), length


def images(state: Any) -> list[Any]:
    return [image for trial in (state["current"], *state["ahead"]) for image in trial["images"]]


def test_whole_bodies_and_parts_have_equal_lengths_and_headers(made: tuple[Locked, int]) -> None:
    locked, length = made
    tab = a_tab(locked)
    seen: dict[str, set[Any]] = {"": set(), "bytes=384-767": set(), "bytes=100-": set()}
    while (state := tab.state())["current"]:
        for image in state["current"]["images"]:
            for asked, answers in seen.items():
                answer = tab.client.get(image["url"], headers={"Range": asked} if asked else {})
                headers = tuple(sorted(answer.headers.items()))
                answers.add((answer.status_code, len(answer.content), headers))
        tab.respond(state)
    assert [len(answers) for answers in seen.values()] == [1, 1, 1]
    assert {answers.pop()[:2] for answers in seen.values()} == {
        (200, length),
        (206, 384),
        (206, length - 100),
    }


def test_a_part_is_that_part_of_the_image(made: tuple[Locked, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """However the buffer is read: held as a whole, or part by part where it is large."""
    locked, length = made
    tab = a_tab(locked)
    for largest in (length, length - 1):
        monkeypatch.setattr(delivery, "LARGEST_HELD_BYTES", largest)
        for image in tab.state()["current"]["images"]:
            slot = Slot.objects.get(token=image["url"].rsplit("/", 1)[1])
            whole = delivery.pixels(slot.trial_image.image)
            answer = tab.client.get(image["url"], headers={"Range": "bytes=384-767"})
            assert answer.content == whole[384:768]
            assert answer.headers["Content-Range"] == f"bytes 384-767/{length}"
            assert tab.client.get(image["url"]).content == whole


def test_a_damaged_large_buffer_is_not_given_out(
    made: tuple[Locked, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    from readerstudy.imaging.storage import image_storage

    locked, length = made
    monkeypatch.setattr(delivery, "LARGEST_HELD_BYTES", 1)
    delivery.checked.clear()
    tab = a_tab(locked)
    url = tab.state()["current"]["images"][0]["url"]
    image = Slot.objects.get(token=url.rsplit("/", 1)[1]).trial_image.image
    with image_storage().open(image.key, "wb") as file:
        file.write(bytes(length))
    answer = tab.client.get(url, headers={"Range": "bytes=384-767"})
    assert answer.status_code >= 400
    assert len(answer.content) != 384


def test_the_state_says_nothing_of_one_image_that_it_does_not_say_of_all(made: tuple[Locked, int]) -> None:
    locked, length = made
    found = images(a_tab(locked).state())
    told = {json.dumps({k: v for k, v in image.items() if k not in ("slot", "url")}) for image in found}
    assert len(found) > 3
    assert len(told) == 1
    offer = json.loads(told.pop())
    assert offer["width"] * offer["height"] * offer["channels"] * offer["frames"] == length
    assert (offer["play"] is None) == (offer["frames"] == 1)
