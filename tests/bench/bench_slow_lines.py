"""A reader on a home line: raw, packed and PNG images over a line that Chromium emulates.

`python -m tests.bench.bench_slow_lines --pictures FOLDER` scales the pictures of a folder up and adds 1 % of
noise, as films have; without a folder it draws pictures with 2 %. PNGs are fetched and decoded by the browser
alone, which is less than any viewer of PNGs does.
"""

import argparse
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import PIL.Image
from playwright.sync_api import Browser, Page, sync_playwright

from tests.bench.bench_viewer import VIEWPORT, say
from tests.chromium import FLAGS
from tests.requirements import CHROMIUM
from tests.viewer.fake_sections import screen
from tests.viewer.fake_server import FakeServer, Study, radiograph

LATENCY_MS = 100
NOISE = 0.01
PACE_MS = 8_000
SEEN = """new MutationObserver(() => {
  const said = document.getElementById('count')?.textContent;
  if (said && !window.seenMs) requestAnimationFrame(() => { window.seenMs = performance.now(); });
}).observe(document, {subtree: true, childList: true, characterData: true});"""
FIRST = """() => {
  const asked = performance.getEntriesByType('resource').find((entry) => entry.name.endsWith('/state'));
  const painted = performance.getEntriesByName('trial painted')[0].startTime;
  return [window.seenMs, painted, asked.responseEnd];
}"""
PNGS = """async () => {
  const start = performance.now();
  await Promise.all([...'ABCD'].map(async (slot) => {
    const answer = await fetch(`/png/${slot}`);
    (await createImageBitmap(await answer.blob())).close();
  }));
  return performance.now() - start;
}"""


@dataclass(frozen=True, kw_only=True)
class Load:
    side: int
    bits: int
    #: Of the canvas's bits, those that the originals had.
    depth: int
    megabits: float

    def __str__(self) -> str:
        return (
            f"4 x {self.side}^2, {self.depth} of {self.bits} bit, {self.megabits:g} Mbit/s, {LATENCY_MS} ms"
        )


def images(load: Load, folder: Path | None) -> list[np.ndarray]:
    """Four images in the canvas of the load."""
    kind = "<u2" if load.bits == 16 else "u1"
    if folder is None:
        shape = {"width": load.side, "height": load.side}
        drawn = (radiograph(seed, bits=load.bits, **shape) for seed in range(4))
        return [np.frombuffer(buffer, kind).reshape(load.side, load.side) for buffer in drawn]
    names = sorted(folder.rglob("*.png"))
    return [_scaled(name, load, seed).astype(kind) for seed, name in enumerate(names[:: len(names) // 4][:4])]


def _scaled(name: Path, load: Load, seed: int) -> np.ndarray:
    small = PIL.Image.fromarray(np.asarray(PIL.Image.open(name).convert("L"), dtype=np.float32) / 255)
    grey = np.asarray(small.resize((load.side, load.side), PIL.Image.Resampling.BICUBIC))
    grey = np.clip(grey + np.random.default_rng(seed).normal(0, NOISE, grey.shape), 0, 1)
    steps = 2**load.depth - 1
    return np.rint(np.rint(grey * steps) / steps * (2**load.bits - 1))


def served(load: Load, made: list[np.ndarray], *, packed: bool, trials: int, scratch: Path) -> FakeServer:
    study = Study(trials=trials, width=load.side, height=load.side, bits=load.bits, packed=packed)
    study.section = {"rate": False, "screen": screen()}
    buffers = [image.tobytes() for image in made]
    study.pixels = {
        (number, slot): buffer
        for number in range(1, trials + 1)
        for slot, buffer in zip("ABCD", buffers, strict=True)
    }
    for slot, image in zip("ABCD", made, strict=True):
        path = scratch / f"{load.side}-{load.depth}-{slot}.png"
        PIL.Image.fromarray(image).save(path)
        study.files[f"/png/{slot}"] = path
    if packed:
        say(f"packed {buffers[0].__len__() / sum(study.envelope):.2f} times shorter, preview included")
    return FakeServer(study)


def on_the_line(browser: Browser, load: Load) -> Page:
    page = browser.new_page(viewport={"width": VIEWPORT["width"], "height": VIEWPORT["height"]})
    page.add_init_script(SEEN)
    line = page.context.new_cdp_session(page)
    line.send("Network.enable")
    rate = load.megabits * 1e6 / 8
    how = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": rate, "uploadThroughput": rate}
    line.send("Network.emulateNetworkConditions", how)
    return page


def first_trial(browser: Browser, server: FakeServer, load: Load) -> str:
    page = on_the_line(browser, load)
    page.goto(f"{server.address}/read/")
    page.locator("#grid[data-painted]").wait_for(timeout=200_000)
    seen, painted, known = (ms / 1000 for ms in page.evaluate(FIRST))
    page.close()
    return (
        f"something after {seen:.2f} s, all after {painted:.2f} s "
        f"(since the trial was known {seen - known:.2f} and {painted - known:.2f} s)"
    )


def waits(browser: Browser, server: FakeServer, load: Load, trials: int) -> Iterator[float]:
    """Seconds from each answer to the next images, where a reader answers every eight seconds."""
    page = on_the_line(browser, load)
    page.goto(f"{server.address}/read/")
    page.locator('#grid[data-painted="t1"]').wait_for(timeout=200_000)
    for number in range(1, trials):
        page.wait_for_timeout(PACE_MS)
        page.keyboard.press("Shift+B")
        start = page.evaluate("performance.now()")
        page.keyboard.press("Enter")
        page.locator(f'#grid[data-painted="t{number + 1}"]').wait_for(timeout=200_000)
        yield (page.evaluate("performance.getEntriesByName('trial painted').at(-1).startTime") - start) / 1000
    page.close()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path, default=None)
    folder = parser.parse_args().pictures
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as scratch:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        load = Load(side=1024, bits=8, depth=8, megabits=10)
        pace = Load(side=2048, bits=16, depth=12, megabits=30)
        for each, trials in ((load, 1), (pace, 6)):
            say(str(each))
            made = images(each, folder)
            for packed in (False, True):
                server = served(each, made, packed=packed, trials=trials, scratch=Path(scratch))
                name = "packed" if packed else "raw"
                if trials == 1:
                    say(f"{name}: {first_trial(browser, server, each)}")
                else:
                    found = ", ".join(f"{wait:.2f}" for wait in waits(browser, server, each, trials))
                    say(f"{name}: a trial every {PACE_MS / 1000:g} s waits {found} s")
                if not packed:
                    page = on_the_line(browser, each)
                    page.goto(f"{server.address}/thanks/")
                    say(f"PNG: all there after {page.evaluate(PNGS) / 1000:.2f} s")
                    page.close()
                server.close()
        browser.close()


if __name__ == "__main__":
    main()
