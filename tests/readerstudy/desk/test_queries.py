"""No page of the desk and no list of its API asks the database more often when there is more to show."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from readerstudy.desk.watching import health
from readerstudy.reading.models import Activity, Sitting
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.create import create_study
from readerstudy.studies.invite import invite_reader
from readerstudy.studies.runs import cancel_run, start_run
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    CALLS,
    QUARTETS,
    Locked,
    a_locked_study,
    kept_for_a_module,
    protocol_text,
    read_everything,
)
from tests.readerstudy.people import confirm

# A database is set up only where somebody says that one is needed.
pytestmark = pytest.mark.django_db

OF_A_STUDY = ("", "protocol/", "images/", "plan/", "audit/", "people/", "progress/", "log/", "ending/",
              "preflight/", "playground/", "images/of/hospital-canary/", "result/")  # fmt: skip
OF_THE_API = ("", "/protocol", "/sources", "/people", "/progress", "/log", "/runs", "/audit", "/plan",
              "/unblinding", "/freeze")  # fmt: skip
PAGES = [
    "/studies/",
    "/studies/new/",
    "/api/studies",
    *(f"/studies/{{slug}}/{page}" for page in OF_A_STUDY),
    *(f"/api/studies/{{slug}}{page}" for page in OF_THE_API),
    "/studies/{slug}/cases/triples/",
    "/studies/{slug}/cases/triples/1/",
    "/api/studies/{slug}/cases/triples",
    "/api/studies/{slug}/cases/triples/1",
]


def a_read_study(slug: str, *, trials: int, readers: tuple[str, ...]) -> Locked:
    """Read to the end by everybody, and unblinded."""
    text = protocol_text(sections=QUARTETS.format(trials=trials) + CALLS, title=slug).replace(
        "places = 4", "places = 12"
    )
    made = a_locked_study(text, slug=slug, readers=readers)
    for name in readers:
        list(read_everything(made.reading(name)))
        sitting = Sitting.objects.create(
            enrolment=made.reading(name), token=uuid4(), passed_display_check=False
        )
        Activity.objects.create(sitting=sitting, kind="pause", client_ms=0)
        run = start_run(made.study, "report", {"asked by": name}, by=made.owner)
        cancel_run(run, by=made.owner, reason="enough")
        start_run(made.study, "import", {"asked by": name}, by=made.owner)
        invite_reader(made.study, f"{slug}-{name}@example.org", by=made.owner)
    freeze_study(made.study, by=made.owner, reason="read")
    request_unblinding(made.study, by=made.owner, reason="read")
    confirm_unblinding(made.study, by=made.owner, reason="read")
    return made


def queries(browser: Client, address: str) -> int:
    """How many a page asks; the fewer of two, since once a minute a request notes that somebody was there."""
    browser.get(address)
    counted = []
    for _ in range(2):
        with CaptureQueriesContext(connection) as asked:
            answer = browser.get(address)
        assert answer.status_code == 200, address
        counted.append(len(asked))
    return min(counted)


@pytest.fixture(scope="module")
def counts(django_db_setup: None, django_db_blocker: Any) -> Iterator[dict[str, tuple[int, int]]]:
    """By page: the queries for a study with little in it, and those for one with more, among more studies."""
    with kept_for_a_module(django_db_blocker.unblock()), pytest.MonkeyPatch.context() as patch:
        # Once a run has waited long, the page also asks for a worker: on a slow machine that is here.
        patch.setattr(health, "WAITING_TOO_LONG", timedelta(days=1))
        little = a_read_study("little", trials=2, readers=("rita", "ron"))
        browser = little.client("alice")
        confirm(browser)
        few = {page: queries(browser, page.format(slug="little")) for page in PAGES}
        a_read_study("much", trials=5, readers=("rosa", "rupert", "ruth", "ralph"))
        create_study(protocol_text(title="Beside"), by=little.owner, slug="beside")
        yield {page: (few[page], queries(browser, page.format(slug="much"))) for page in PAGES}


@pytest.mark.parametrize("page", PAGES)
def test_more_rows_ask_no_more_queries(page: str, counts: dict[str, tuple[int, int]]) -> None:
    few, many = counts[page]
    assert many <= few


#: Session and user, whatever the page; then the study with its roles, protocol, images, plan and counts.
FRAME = 2 + 5
#: The home of a study shows its readers as well.
BUDGETS = {"": FRAME + 2, "people/": 15, "images/": 15, "progress/": 15}


@pytest.mark.parametrize("page", BUDGETS)
def test_a_page_keeps_to_its_budget(page: str, counts: dict[str, tuple[int, int]]) -> None:
    assert counts[f"/studies/{{slug}}/{page}"][1] <= BUDGETS[page]
