"""Stacks on the real reading page: how soon the first frame is there, and how smoothly hands go through them.

`python -m tests.bench.bench_films`; options: `--frames`, `--side`, `--images`.
"""

import argparse
import statistics
import time

from playwright.sync_api import Page, sync_playwright

from tests.bench.bench_viewer import FRAME_MS, VIEWPORT, heap_mb, p95, say
from tests.chromium import FLAGS
from tests.requirements import CHROMIUM
from tests.viewer.conftest import ANSWER, wait_for_trial
from tests.viewer.fake_server import FakeServer, Study, radiograph

STEPS = 120
TRIALS = 4
KEYS_OF_IMAGES = "ABCD"
#: The browser shows a key's effect before the next one comes.
BETWEEN_KEYS_MS = 150
#: Goes through one frame with each picture of the screen, and notes how long each took.
SCROLL = """steps => new Promise(done => {
  const times = [];
  let before = performance.now();
  let way = ']';
  const step = (now) => {
    times.push(now - before);
    before = now;
    if (times.length > steps) return done(times.slice(1));
    if (times.length === steps / 2) way = '[';
    document.body.dispatchEvent(new KeyboardEvent('keydown', { key: way, bubbles: true }));
    requestAnimationFrame(step);
  };
  requestAnimationFrame(step);
})"""
#: From when the page knew the trial to when its images were on the screen.
FIRST = """() => {
  const painted = performance.getEntriesByName('trial painted').at(-1).startTime;
  const asked = performance.getEntriesByType('resource').find((entry) => entry.name.endsWith('/state'));
  return painted - asked.responseEnd;
}"""


#: From Enter to the images of the next trial on the screen.
LATER = """() => performance.getEntriesByName('trial painted').at(-1).startTime - window.enteredAt"""
NOTE_ENTER = """addEventListener('keydown', (event) => {
  if (event.key === 'Enter') window.enteredAt = event.timeStamp;
}, true)"""


def served(frames: int, side: int, images: int) -> FakeServer:
    """The same buffer for all images: making them is not what is measured."""
    buffer = b"".join(radiograph(seed % 7, width=side, height=side, bits=16) for seed in range(frames))
    slots = KEYS_OF_IMAGES[:images]
    study = Study(trials=TRIALS, frames=frames, width=side, height=side, bits=16, slots=slots)
    study.pixels = {(trial, slot): buffer for trial in range(1, TRIALS + 1) for slot in study.slots}
    return FakeServer(study)


def fetched(page: Page, server: FakeServer, parts: int) -> float:
    start = time.perf_counter()
    while len(server.study.ranges) < parts and time.perf_counter() - start < 300:
        page.wait_for_timeout(100)
    took = time.perf_counter() - start
    quiet(page, server)
    return took


def quiet(page: Page, server: FakeServer) -> None:
    """Wait until nothing more is fetched ahead."""
    before = -1
    while before != len(server.study.ranges):
        before = len(server.study.ranges)
        page.wait_for_timeout(1500)


def later_trials(page: Page, server: FakeServer) -> list[float]:
    times = []
    for trial in range(2, TRIALS + 1):
        for key in ANSWER:
            page.wait_for_timeout(BETWEEN_KEYS_MS)
            page.keyboard.press(key)
        wait_for_trial(page, trial)
        times.append(page.evaluate(LATER))
        quiet(page, server)
    return times


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    for name, default in (("frames", 300), ("side", 512), ("images", 4)):
        parser.add_argument(f"--{name}", type=int, default=default)
    asked = parser.parse_args()
    server = served(asked.frames, asked.side, asked.images)
    per_block = max(1, 1_000_000 // (asked.side**2 * 2))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        page = browser.new_page(viewport={"width": VIEWPORT["width"], "height": VIEWPORT["height"]})
        page.add_init_script(NOTE_ENTER)
        page.goto(f"{server.address}/read/")
        wait_for_trial(page, 1)
        say(f"{asked.images} stacks of {asked.frames} x {asked.side}^2, 16 bit, software GL")
        say(f"first frames on the screen after {page.evaluate(FIRST):.0f} ms")
        seconds = fetched(page, server, asked.images * -(-asked.frames // per_block))
        say(f"all {asked.images * asked.frames * asked.side**2 * 2 / 1e6:.0f} MB there after {seconds:.1f} s")
        times = page.evaluate(SCROLL, STEPS)
        middle, late = statistics.median(times), p95(times)
        say(f"scrolling: {middle:.1f} ms a frame, p95 {late:.1f} ms, {late / FRAME_MS:.1f} frames of 60 Hz")
        say(f"heap {heap_mb(page):.0f} MB")
        if asked.images == len(KEYS_OF_IMAGES):
            later = " ".join(f"{ms:.0f}" for ms in later_trials(page, server))
            say(f"later trials, from Enter to the first frames on the screen: {later} ms")
        browser.close()
    server.close()


if __name__ == "__main__":
    main()
