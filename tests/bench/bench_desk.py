"""How fast the desk answers when it is full: 100 studies, 10,000 images, 1,000,000 answers, in PostgreSQL.

    python tests/bench/bench_desk.py [--quick] [--rounds 20] [--passes 3] [--result-only] [--explain PAGE]

Starts a PostgreSQL of its own in a temporary folder and fills it: a small study made by the platform's own
verbs is multiplied by SQL. Half of the answers lie in one study. Pages are asked for through Django, without
a network in between; each is compared to the limit of 200 ms and to the barest page that asks the database.
"""

from __future__ import annotations

import argparse
import gc
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.full_desk import a_platform, a_study, images_in_storage, read, sql, unblind  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable

    from django.test import Client

    from readerstudy.accounts.models import User
    from readerstudy.studies.models import Study

LIMIT_MS = 200
FORMAT = "{:34} {:>8} {:>8} {:>8} {:>9} {:>9}\n"


@dataclass(frozen=True, kw_only=True)
class Size:
    """`images`, `trials` and `readers` are those of the large study; the others share the second half."""

    studies: int
    images: int
    trials: int
    readers: int
    small_trials: int
    small_readers: int

    @property
    def answers(self) -> int:
        return self.trials * self.readers + (self.studies - 1) * self.small_trials * self.small_readers


FULL = Size(studies=100, images=10_000, trials=5_000, readers=100, small_trials=505, small_readers=10)
QUICK = Size(studies=10, images=1_000, trials=500, readers=40, small_trials=200, small_readers=10)


def fill(size: Size) -> tuple[Study, Study]:
    """The large study, which is read to the end, and a draft of the same size."""
    from readerstudy.accounts.models import User
    from readerstudy.studies.lead import make_leader
    from readerstudy.studies.models import Study
    from tests.readerstudy.people import PASSWORD

    owner = User.objects.create_user("owner@example.org", PASSWORD, name="Olga Owner")
    make_leader(owner, by=User.objects.operator())
    images = images_in_storage(size.images)
    large = a_study("large", size.images, size.readers, images, owner)
    read(large, size.trials, size.readers, owner)
    for number in range(1, size.studies - 1):
        small = a_study(f"small-{number}", size.small_trials, size.small_readers, images, owner)
        read(small, size.small_trials, size.small_readers, owner)
    draft = a_study("draft", size.images, size.small_readers, images, owner)
    sql("ANALYZE")
    return Study.objects.get(pk=large.pk), draft


def pages(large: Study, draft: Study) -> list[str]:
    """Every page of the desk that shows a study, and the API's reading addresses."""
    one = ("", "protocol/", "images/", "plan/", "audit/", "people/", "progress/", "log/", "ending/")
    more = ("preflight/", "result/", "playground/", "images/of/real/")
    api = ("", "/protocol", "/sources", "/progress", "/log", "/people", "/runs", "/audit", "/plan")
    return [
        "/studies/",
        "/studies/new/",
        *(f"/studies/{study.slug}/{page}" for study in (large, draft) for page in one + more),
        f"/studies/{draft.slug}/lock/",
        "/api/studies",
        *(f"/api/studies/{large.slug}{page}" for page in api),
    ]


def pages_of_the_result(large: Study) -> list[str]:
    """What is there once the study is unblinded: its cases, of all readers and of one, and one of them."""
    middle = large.protocol.document.sections[0].trials // 2
    asked = ("", "?reader=R05", "?source=model", "?from=2400")
    return [
        f"/studies/{large.slug}/result/",
        f"/studies/{large.slug}/ending/",
        f"/studies/{large.slug}/log/",
        *(f"/studies/{large.slug}/cases/calls/{question}" for question in asked),
        f"/studies/{large.slug}/cases/calls/{middle}/",
        *(f"/api/studies/{large.slug}/cases/calls{question}" for question in asked[:3]),
        f"/api/studies/{large.slug}/cases/calls/{middle}",
    ]


def times(ask: Callable[[], Any], rounds: int) -> tuple[float, float]:
    """Median and 95th percentile in milliseconds, after two that warm up."""
    for _ in range(2):
        ask()
    took = []
    for _ in range(rounds):
        start = time.perf_counter()
        ask()
        took.append((time.perf_counter() - start) * 1000)
    return float(np.percentile(took, 50)), float(np.percentile(took, 95))


def bare() -> None:
    sql("SELECT 1")


def a_browser(owner: User) -> Client:
    from django.test import Client

    from tests.readerstudy.people import confirm

    browser = Client(raise_request_exception=True)
    browser.force_login(owner)
    confirm(browser)
    return browser


def measure(browser: Client, asked_for: list[str], given: argparse.Namespace) -> list[str]:
    """Write down how long each page takes, the best of several passes; which of them took too long."""
    base = min(times(lambda: browser.get("/studies/new/"), given.rounds) for _ in range(given.passes))[0]
    took: dict[str, list[tuple[float, float]]] = {page: [] for page in asked_for}
    for _ in range(given.passes):
        for page in asked_for:
            took[page].append(times(lambda page=page: browser.get(page), given.rounds))  # type: ignore[misc]
    sys.stdout.write(FORMAT.format("page", "p50 ms", "p95 ms", "queries", "of limit", "of bare"))
    slow = []
    for page, passes in took.items():
        median, late = min(passes, key=lambda found: found[1])
        numbers = f"{median:.1f}", f"{late:.1f}", queries(browser, page), f"{late / LIMIT_MS:.2f}"
        sys.stdout.write(FORMAT.format(page, *numbers, f"{median / base:.1f}"))
        if late > LIMIT_MS:
            slow.append(page)
    return slow


def queries(browser: Client, page: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as asked:
        answer = browser.get(page)
    if answer.status_code != 200:
        raise SystemExit(f"{page} answered {answer.status_code}.")
    return len(asked)


def explain(browser: Client, page: str) -> None:
    """The slowest statements of a page."""
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser.get(page)
    with CaptureQueriesContext(connection) as asked:
        browser.get(page)
    for query in sorted(asked.captured_queries, key=lambda query: -float(query["time"]))[:4]:
        sys.stdout.write(f"{query['time']} s: {query['sql'][:900]}\n\n")


def first_look(browser: Client, large: Study) -> None:
    """Whoever looks first has the votes counted, unless the run that writes the report did so."""
    start = time.perf_counter()
    browser.get(f"/studies/{large.slug}/cases/calls/")
    sys.stdout.write(
        f"first look at the cases, unless a report was written: {time.perf_counter() - start:.1f} s\n"
    )


def bench(size: Size, given: argparse.Namespace) -> int:
    start = time.perf_counter()
    large, draft = fill(size)
    filled = time.perf_counter() - start
    sys.stdout.write(
        f"{size.studies} studies, {size.images} images, {size.answers} answers: {filled:.0f} s\n"
    )
    # No web process carries what filling leaves behind, over which the collector would walk amid a page.
    gc.collect()
    gc.freeze()
    browser = a_browser(large.created_by)
    slow = [] if given.result_only else measure(browser, pages(large, draft), given)
    unblind(large)
    first_look(browser, large)
    slow += measure(browser, pages_of_the_result(large), given)
    for page in [*slow, *given.explain]:
        sys.stdout.write(f"-- {page}\n")
        explain(browser, page)
    return int(bool(slow))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the studies, a fraction of the rows")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--passes", type=int, default=3, help="the best of so many is written down")
    parser.add_argument("--result-only", action="store_true", help="only the pages after the unblinding")
    parser.add_argument("--explain", nargs="*", default=[], help="show the slowest statements of pages")
    given = parser.parse_args()
    with a_platform():
        return bench(QUICK if given.quick else FULL, given)


if __name__ == "__main__":
    sys.exit(main())
