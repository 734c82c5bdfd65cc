"""GET packed: whole images in fewer bytes, and nothing to tell them apart by but what they show."""

import json
import zlib
from typing import Any

import numpy as np
import pytest
from django.db import DatabaseError, transaction

from readerstudy.imaging import delivery, packed_delivery
from readerstudy.imaging.models import Envelope, Packed
from readerstudy.imaging.packing import preview
from readerstudy.imaging.storage import image_storage
from readerstudy.reading.models import Slot
from readerstudy.results.freeze import freeze_study
from readerstudy.truth.duplicate import rehearse
from readerstudy.truth.verify_truth import verify_pixels, verify_truth
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.readerstudy.imaging.unpacking import unpacked
from tests.readerstudy.reading.conftest import Tab, a_tab
from tests.readerstudy.results.behind_the_triggers import triggers_aside

CANVASES = {
    "still": ("bits = 8", 1, 1),
    "still of 16 bits": ("bits = 16", 1, 1),
    "colour": ('bits = 8\nmode = "colour"', 3, 1),
    "stack": ("bits = 16\nframes = 5", 1, 5),
    "colour cine": ('bits = 8\nmode = "colour"\nframes = 5\nplay = "cine"\nrate_hz = 20', 3, 5),
}


def a_packed_study(more: str = "bits = 8", *, trials: int = 3, more_of_section: str = "") -> Locked:
    """With a catch trial: its spoiled images come from no source, and are sent like all others."""
    text = protocol_text(trials=trials).replace(
        "width = 16\nheight = 24\nbits = 8", f"width = 32\nheight = 48\n{more}"
    )
    return a_locked_study(text + "catch = 1\n" + more_of_section, packed=True)


@pytest.fixture(params=CANVASES)
def made(request: Any, db: None) -> tuple[Locked, int, int]:
    more, channels, frames = CANVASES[request.param]
    return a_packed_study(more), channels, frames


def images(state: Any) -> list[Any]:
    return [image for trial in (state["current"], *state["ahead"]) for image in trial["images"]]


def image_of(offer: Any) -> Any:
    return Slot.objects.get(token=offer["url"].rsplit("/", 1)[1]).trial_image.image


def test_every_frame_comes_back_as_it_is(made: tuple[Locked, int, int]) -> None:
    locked, channels, frames = made
    tab = a_tab(locked)
    for offer in tab.state()["current"]["images"]:
        sent = offer["packed"]
        body = tab.client.get(sent["url"]).content
        found = delivery.array(image_of(offer)).reshape(frames, 48, 32, channels)
        shape = {"height": 48, "width": 32, "bits": offer["bits"], "channels": channels}
        for number in range(frames):
            frame = body[sent["preview_bytes"] + number * sent["frame_bytes"] :]
            assert np.array_equal(unpacked(frame, **shape), found[number])
        if frames == 1:
            small = {**shape, "height": 12, "width": 8, "bits": 8}
            assert np.array_equal(unpacked(body, **small), preview(found[0]))
        else:
            assert sent["preview_bytes"] == 0


def test_all_bodies_have_equal_lengths_and_headers(made: tuple[Locked, int, int]) -> None:
    locked, channels, frames = made
    seen: dict[str, set[Any]] = {"": set(), "bytes=300-799": set(), "bytes=100-": set()}
    for name in ("rita", "ron"):
        tab = a_tab(locked, name)
        while (state := tab.state())["current"]:
            for offer in state["current"]["images"]:
                for asked, answers in seen.items():
                    answer = tab.client.get(offer["packed"]["url"], headers={"Range": asked} if asked else {})
                    headers = tuple(sorted(answer.headers.items()))
                    answers.add((answer.status_code, len(answer.content), headers))
            tab.respond(state)
    assert [len(answers) for answers in seen.values()] == [1, 1, 1]
    _, length, headers = seen[""].pop()
    envelope = Envelope.objects.get()
    assert length == envelope.length(frames) < 32 * 48 * channels * frames * 2
    named = dict(headers)
    assert named["Cache-Control"] == "no-store, no-transform"
    assert named["Content-Type"] == "application/octet-stream"
    assert not {"ETag", "Last-Modified", "Content-Disposition", "Content-Encoding"} & set(named)


def test_lengths_differ_until_they_are_padded(made: tuple[Locked, int, int]) -> None:
    lengths = [tuple(row.lengths) for row in Packed.objects.all()]
    assert len(set(lengths)) > 1


def test_no_body_can_be_compressed_at_its_end(made: tuple[Locked, int, int]) -> None:
    """A compressing tunnel sees no padding: no two bodies end alike, and none ends in what repeats."""
    tab = a_tab(made[0])
    ends = []
    for offer in images(tab.state()):
        body, sent = tab.client.get(offer["packed"]["url"]).content, offer["packed"]
        used = int.from_bytes(body[-sent["frame_bytes"] :][:4], "little") + 4
        padding = body[len(body) - sent["frame_bytes"] + used :]
        assert len(zlib.compress(padding, 9)) >= len(padding)
        if len(padding) >= 16:
            ends.append(padding[-16:])
    assert len(ends) > 3
    assert len(set(ends)) == len(ends)


def test_the_state_says_of_one_image_what_it_says_of_all(made: tuple[Locked, int, int]) -> None:
    sent = [offer["packed"] for offer in images(a_tab(made[0]).state())]
    assert len({json.dumps({k: v for k, v in one.items() if k != "url"}) for one in sent}) == 1


def test_parts_are_those_of_the_whole(made: tuple[Locked, int, int], monkeypatch: pytest.MonkeyPatch) -> None:
    """However it is read: held as a whole, or part by part where it is large."""
    tab = a_tab(made[0])
    url = tab.state()["current"]["images"][0]["packed"]["url"]
    whole = tab.client.get(url).content
    monkeypatch.setattr(packed_delivery, "LARGEST_HELD_BYTES", 1)
    assert tab.client.get(url).content == whole
    for start, stop in ((0, 1), (15, 33), (len(whole) // 2, len(whole)), (3, len(whole) - 3)):
        answer = tab.client.get(url, headers={"Range": f"bytes={start}-{stop - 1}"})
        assert answer.content == whole[start:stop]


@pytest.mark.parametrize("largest", [1, packed_delivery.LARGEST_HELD_BYTES])
def test_a_damaged_file_is_not_given_out_and_is_found(
    db: None, monkeypatch: pytest.MonkeyPatch, largest: int
) -> None:
    locked = a_packed_study()
    tab = a_tab(locked)
    offer = tab.state()["current"]["images"][0]
    monkeypatch.setattr(packed_delivery, "LARGEST_HELD_BYTES", largest)
    packed = Packed.objects.get(image=image_of(offer))
    assert not list(verify_pixels(locked.study))
    with image_storage().open(packed.key, "wb") as file:
        file.write(bytes(sum(packed.lengths)))
    assert tab.client.get(offer["packed"]["url"]).status_code >= 400
    assert len(list(verify_pixels(locked.study))) == 1


def test_they_are_given_to_whom_and_when_the_pixels_are(db: None) -> None:
    locked = a_packed_study()
    rita, ron = a_tab(locked), a_tab(locked, "ron")
    mine, theirs = (tab.state()["current"]["images"][0]["packed"]["url"] for tab in (rita, ron))
    assert rita.client.get(mine).status_code == 200
    answers = [rita.client.get(theirs), rita.client.get("/api/reading/packed/" + "x" * 24)]
    answers += [locked.client(name).get(mine) for name in ("alice", "carl", "anna")]
    freeze_study(locked.study, by=locked.owner, reason="done")
    answers.append(rita.client.get(mine))
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


def test_what_packing_does_not_shorten_is_sent_as_it_is(knees: Locked, rita: Tab) -> None:
    offers = images(rita.state())
    assert {offer["packed"] for offer in offers} == {None}
    packed = offers[0]["url"].replace("/pixels/", "/packed/")
    assert rita.client.get(packed).status_code == 404


def test_a_rehearsal_sends_what_its_study_would(db: None) -> None:
    locked = a_packed_study()
    twin = rehearse(locked.study, by=locked.owner)
    ours, theirs = (Envelope.objects.get(scope=str(study.uuid)) for study in (locked.study, twin))
    # Their plans draw different images, of which the one that packs worst governs.
    assert theirs.preview_bytes == pytest.approx(ours.preview_bytes, rel=0.1)
    assert theirs.frame_bytes == pytest.approx(ours.frame_bytes, rel=0.1)


def test_another_image_in_place_of_a_packed_one_is_found(db: None) -> None:
    """What readers got is sealed in the log: files and rows that were exchanged together do not pass."""
    locked = a_packed_study()
    assert not list(verify_truth(locked.study))
    first, second = Packed.objects.order_by("pk")[:2]
    with triggers_aside():
        Packed.objects.filter(pk=first.pk).update(digest=second.digest, lengths=second.lengths)
    found = [finding.what for finding in verify_truth(locked.study)]
    assert found == ["the packed images are not those that were locked"]


def test_the_database_refuses_to_change_what_is_packed(db: None) -> None:
    a_packed_study()
    for rows in (Packed.objects.all(), Envelope.objects.all()):
        with pytest.raises(DatabaseError, match="never changes"), transaction.atomic():
            rows.update(scope="other")
