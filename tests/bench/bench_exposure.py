"""Exposures on the real reading page: how long was asked for, and how long images were shown.

The page measures from the frame that uncovers the images to the frame that covers them. A second script,
which shares nothing with the page, watches the cover and the frames.

`chrt -r 1 python -m tests.bench.bench_exposure`; options: `--count`, `--side`, `--ms`.
"""

import argparse
import statistics
from dataclasses import dataclass

from playwright.sync_api import Browser, sync_playwright

from tests.bench.bench_viewer import FRAME_MS, VIEWPORT, p95, say
from tests.chromium import FLAGS
from tests.requirements import CHROMIUM
from tests.viewer.conftest import wait_for_trial
from tests.viewer.fake_server import FakeServer, Study, radiograph
from tests.viewer.test_screens import RECORD, SEEN, exposures, shown

ASKED_MS = (33, 50, 100, 150, 200, 250, 500, 1000)


@dataclass(frozen=True, kw_only=True)
class Shown:
    """One exposure, in milliseconds: as the page measured it, and as the other script did."""

    told: float
    watched: float


def exposed(browser: Browser, asked_ms: int, count: int, side: int) -> list[Shown]:
    study = Study(
        **shown(SEEN, exposure_ms=asked_ms, mask="noise"), trials=count + 1, width=side, height=side, bits=16
    )
    picture = radiograph(asked_ms, width=side, height=side, bits=16)
    study.pixels = {(trial, "A"): picture for trial in range(1, count + 2)}
    server = FakeServer(study)
    context = browser.new_context(viewport={"width": VIEWPORT["width"], "height": VIEWPORT["height"]})
    context.add_init_script(RECORD)
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    wait_for_trial(page)
    told = [float(timing["shown_ms"]) for timing in exposures(page, server, count)]
    changes: list[tuple[str, float]] = page.evaluate("window.changes")
    context.close()
    server.close()
    starts = [at for veil, at in changes if veil == "open"]
    ends = [at for veil, at in changes if veil == "after"]
    watched = [end - start for start, end in zip(starts, ends, strict=False)]
    return [Shown(told=one, watched=other) for one, other in zip(told, watched, strict=False)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=30)
    parser.add_argument("--side", type=int, default=512)
    parser.add_argument("--ms", type=int, nargs="+", default=ASKED_MS)
    asked = parser.parse_args()
    say(f"{asked.count} exposures each, one image of {asked.side}^2, 16 bit, software GL")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        for ms in asked.ms:
            found = exposed(browser, ms, asked.count, asked.side)
            off = [abs(one.watched - ms) for one in found]
            apart = max(abs(one.watched - one.told) for one in found)
            middle = statistics.median(one.watched for one in found)
            late = p95(off)
            say(
                f"{ms:5} ms asked: median {middle:.1f} ms, "
                f"p95 off by {late:.1f} ms ({late / FRAME_MS:.2f} frames), "
                f"most {max(off):.1f} ms; page and watcher differ by at most {apart:.1f} ms"
            )
        browser.close()


if __name__ == "__main__":
    main()
