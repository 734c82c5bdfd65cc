"""Packed images: unpacked level by level in the browser, seen at a quarter of the resolution first."""

import base64
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from playwright.sync_api import BrowserContext, Page

from readerstudy.imaging.packing import pack, preview
from tests.viewer.conftest import ANSWER, arrived, wait_for_trial
from tests.viewer.fake_sections import screen
from tests.viewer.fake_server import Barrier, FakeServer, radiograph

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]

ASK = """async ({data, ...task}) => {
  const worker = new Worker('/static/viewer/dist/unpack.js', {type: 'module'});
  const bytes = Uint8Array.from(atob(data), (c) => c.charCodeAt(0)).buffer;
  const answer = await new Promise((done) => {
    worker.onmessage = (event) => done(event.data);
    worker.postMessage({...task, id: 1, bytes});
  });
  worker.terminate();
  if (answer.error) return answer.error;
  let text = '';
  for (const byte of new Uint8Array(answer.buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}"""


def unpacked(page: Page, frames: NDArray[Any], step: int = 1) -> bytes:
    """What the worker makes of frames, or of their previews, after seven bytes that are none."""
    bits = 8 * frames.dtype.itemsize
    parts = [pack(preview(frame) if step > 1 else frame) for frame in frames]
    length = max(map(len, parts)) + 5
    sent = b"7 bytes" + b"".join(part.ljust(length, b"?") for part in parts)
    height, width, *channels = frames.shape[1:]
    task = {"from": 7, "frameBytes": length, "width": width, "height": height, "bits": bits, "step": step}
    task |= {"channels": channels[0] if channels else 1, "data": base64.b64encode(sent).decode()}
    return base64.b64decode(page.evaluate(ASK, task))


def some_frames() -> list[NDArray[Any]]:
    generator = np.random.default_rng(11)
    found = []
    for kind in ("u1", "<u2"):
        most = np.iinfo(kind).max
        shapes = (3, 17, 23), (1, 1, 1), (1, 2, 9), (1, 9, 2)
        found += [generator.integers(0, most, shape, endpoint=True).astype(kind) for shape in shapes]
        found.append(np.zeros((1, 8, 8), kind))
        found.append(most * (np.indices((1, 16, 16)).sum(0) % 2).astype(kind))
        smooth = radiograph(3, width=61, height=47, bits=16 if kind == "<u2" else 8)
        found.append(np.frombuffer(smooth, kind).reshape(1, 47, 61))
    found.append((found[-1] >> 4 << 4).astype("<u2"))
    found.append(generator.integers(0, 256, (2, 13, 9, 3), dtype=np.uint8))
    return found


def test_a_worker_unpacks_any_frames_exactly(serve: Serve, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{serve().address}/thanks/")
    for frames in some_frames():
        assert unpacked(page, frames) == frames.tobytes()


def test_each_pixel_of_a_preview_becomes_a_square(serve: Serve, context: BrowserContext) -> None:
    page = context.new_page()
    page.goto(f"{serve().address}/thanks/")
    for frames in some_frames():
        small = preview(frames[0])[np.newaxis]
        large = small.repeat(4, axis=1).repeat(4, axis=2)[:, : frames.shape[1], : frames.shape[2]]
        unit = 257 if frames.dtype.itemsize == 2 else 1
        wanted = (large.astype(frames.dtype) * unit).tobytes()
        assert unpacked(page, frames[:1], step=4) == wanted


@pytest.mark.parametrize("kind", [{"bits": 16}, {"channels": 3}, {"frames": 5, "bits": 16}], ids=str)
def test_the_screen_is_the_same_as_with_images_as_they_are(
    serve: Serve, read: Read, context: BrowserContext, kind: dict[str, int]
) -> None:
    shots = []
    for is_packed in (False, True):
        server = serve(trials=1, packed=is_packed, **kind)
        page = read(server, context.new_page())
        shots.append([page.locator(".view canvas").nth(i).screenshot() for i in range(4)])
        asked = {path.split("/")[3] for path, _ in server.study.ranges}
        assert asked == {"packed" if is_packed else "pixels"}
        page.close()
    assert shots[0] == shots[1]
    assert len(set(shots[0])) == 4


def halted(serve: Serve, **study: Any) -> tuple[FakeServer, Barrier]:
    """A server that sends the previews, and the rest when the barrier is lifted."""
    server = serve(trials=1, packed=True, **study)
    server.study.ration = barrier = Barrier(server.study.envelope[0])
    return server, barrier


def test_previews_are_seen_first_and_no_answer_is_taken_before_the_images(
    serve: Serve, context: BrowserContext
) -> None:
    server, barrier = halted(serve, section={"screen": screen()})
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    page.locator("#count", has_text="1").wait_for()
    coarse = page.locator(".view canvas").first.screenshot()
    for key in ANSWER:
        page.keyboard.press(key)
    page.locator("#lacks", has_text="not yet").or_(page.locator("#lacks.asked")).first.wait_for()
    assert server.study.responses == []
    assert page.locator("#grid").get_attribute("data-painted") is None
    barrier.lift()
    wait_for_trial(page, 1)
    assert page.locator(".view canvas").first.screenshot() != coarse
    page.keyboard.press("Enter")
    arrived(page, server)
    timing = server.study.responses[0]["timing"]
    noted = [event["t_ms"] for event in timing["events"] if event["kind"] == "preview"]
    assert len(noted) == 1
    assert noted[0] <= timing["first_paint_ms"]


@pytest.mark.parametrize("rule", [{"exposure_ms": 300}, {"preview": False}], ids=str)
def test_no_preview_is_seen_where_time_is_limited_or_the_protocol_says_so(
    serve: Serve, context: BrowserContext, rule: dict[str, Any]
) -> None:
    server, barrier = halted(serve, section={"screen": screen(**rule)})
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    page.wait_for_function("parseInt(document.getElementById('percent').textContent) > 4")
    assert page.locator("#count").text_content() == ""
    barrier.lift()
    wait_for_trial(page, 1)
