"""GET pixels: the right reader, the right time, and nothing to tell images apart by."""

from typing import Any

import pytest

from readerstudy.imaging import delivery
from readerstudy.reading.models import Slot
from readerstudy.results.freeze import freeze_study
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import Tab, a_tab


def urls(state: Any) -> list[str]:
    return [image["url"] for image in state["current"]["images"]]


def test_a_slot_gives_exactly_the_grey_values_of_its_image(knees: Locked, rita: Tab) -> None:
    for url in urls(rita.state()):
        slot = Slot.objects.get(token=url.rsplit("/", 1)[1])
        assert rita.client.get(url).content == delivery.pixels(slot.trial_image.image)


def test_sixteen_bits_travel_as_two_bytes_a_pixel(db: None) -> None:
    rita = a_tab(a_locked_study(protocol_text(bits=16)))
    state = rita.state()
    assert state["current"]["images"][0]["bits"] == 16
    assert len(rita.client.get(urls(state)[0]).content) == 16 * 24 * 2


def test_all_pixel_responses_have_equal_length_and_equal_headers(knees: Locked) -> None:
    seen = set()
    for name in ("rita", "ron"):
        tab = a_tab(knees, name)
        while (state := tab.state())["current"]:
            for url in urls(state):
                answer = tab.client.get(url)
                seen.add((len(answer.content), tuple(sorted(answer.headers.items()))))
            tab.respond(state)
    assert len(seen) == 1
    length, headers = seen.pop()
    assert length == 16 * 24
    named = dict(headers)
    assert named["Cache-Control"] == "no-store, no-transform"
    assert named["Content-Type"] == "application/octet-stream"
    assert not {"ETag", "Last-Modified", "Content-Disposition"} & set(named)


def test_a_broken_download_continues_where_it_stopped(knees: Locked, rita: Tab) -> None:
    whole = {url: rita.client.get(url).content for url in urls(rita.state())}
    seen = set()
    for url, body in whole.items():
        answer = rita.client.get(url, headers={"Range": "bytes=100-"})
        assert (answer.status_code, answer.content) == (206, body[100:])
        seen.add(tuple(sorted(answer.headers.items())))
    assert len(seen) == 1
    assert dict(seen.pop())["Content-Range"] == f"bytes 100-{16 * 24 - 1}/{16 * 24}"


@pytest.mark.parametrize(
    "asked", ["bytes=0-", "bytes=384-", "bytes=-5", "bytes=9-3", "bytes=1-,5-", "lines=2-"]
)
def test_any_other_range_gets_the_whole_image(knees: Locked, rita: Tab, asked: str) -> None:
    answer = rita.client.get(urls(rita.state())[0], headers={"Range": asked})
    assert (answer.status_code, len(answer.content)) == (200, 16 * 24)
    assert "Content-Range" not in answer.headers


def test_no_image_comes_with_a_cookie(knees: Locked, rita: Tab) -> None:
    mine = urls(rita.state())[0]
    session = rita.client.session
    session["last_seen"] -= 120
    session.save()
    answers = [rita.client.get(mine), rita.get("state")]
    assert [bool(answer.cookies) for answer in answers] == [False, True]


def test_only_the_present_images_and_those_that_lie_ahead_are_given(
    knees: Locked, rita: Tab, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readerstudy.reading.walk.MOST_TRIALS_AHEAD", 1)
    first = rita.state()
    third = knees.study.sections.get().presentations.get(place=1, order=3).slots.first()
    assert third is not None
    assert rita.client.get(urls({"current": first["ahead"][0]})[0]).status_code == 200
    assert rita.client.get(f"/api/reading/pixels/{third.token}").status_code == 404
    rita.respond(first)
    assert rita.client.get(urls(first)[0]).status_code == 404


def test_answered_images_stay_where_going_back_is_allowed(db: None) -> None:
    rita = a_tab(a_locked_study(protocol_text(more="[reading]\nallow_back = true\n")))
    first = rita.state()
    rita.respond(first)
    assert rita.client.get(urls(first)[0]).status_code == 200


def test_every_refusal_looks_the_same(knees: Locked, rita: Tab) -> None:
    ron = a_tab(knees, "ron")
    theirs = urls(ron.state())[0]
    answers = [rita.client.get(theirs), rita.client.get("/api/reading/pixels/" + "x" * 24)]
    answers += [knees.client(name).get(theirs) for name in ("alice", "carl", "anna")]
    mine = urls(rita.state())[0]
    freeze_study(knees.study, by=knees.owner, reason="done")
    answers.append(rita.client.get(mine))
    assert {(answer.status_code, answer.content) for answer in answers} == {(404, answers[0].content)}


def test_nobody_sees_an_image_before_the_steps_that_come_first(db: None) -> None:
    made = a_locked_study(briefed=False)
    slot = Slot.objects.filter(presentation__place=1, presentation__order=1).first()
    assert slot is not None
    assert made.client("rita").get(f"/api/reading/pixels/{slot.token}").status_code == 404


def test_tokens_differ_between_readers_and_presentations(knees: Locked) -> None:
    tokens = list(Slot.objects.values_list("token", flat=True))
    assert len(set(tokens)) == len(tokens)
    ritas = set(Slot.objects.filter(presentation__place=1).values_list("token", flat=True))
    rons = set(Slot.objects.filter(presentation__place=2).values_list("token", flat=True))
    assert not ritas & rons
