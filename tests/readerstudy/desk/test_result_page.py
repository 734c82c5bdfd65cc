"""The result on screen: every number of the report's main tables, and its interval drawn beside it."""

import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from readerstudy.desk.result.forest import Axis
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.results.runs import report_folder
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import (
    CALLS,
    QUARTETS,
    Locked,
    a_locked_study,
    protocol_text,
    read_everything,
)

PAGE = "/studies/knees/result/"


def a_result(settings: Any, home: Path) -> Locked:
    settings.HOME = home
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=3) + CALLS))
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    for end in (freeze_study, request_unblinding, confirm_unblinding):
        end(made.study, by=made.owner, reason="all read")
    export_report(made.study, report_folder(made.study), by=made.owner, formats=("json",))
    return made


def test_a_mark_stands_where_its_number_lies_between_the_ends() -> None:
    drawn = str(Axis().row(0.25, 0.1, 0.5))
    assert '<line x1="10.00%" x2="50.00%"' in drawn
    assert '<rect x="25.00%"' in drawn
    assert '<rect x="50.00%"' in str(Axis(start=1, end=5, is_share=False).row(3, 2, 4))


def test_chance_and_margin_are_drawn_where_there_are_any() -> None:
    drawn = str(Axis(reference=0.25, margin=0.1).row(0.3, 0.2, 0.4))
    assert '<rect class="band" x="15.00%" width="20.00%"' in drawn
    assert 'class="chance" x1="25.00%"' in drawn
    assert "chance" not in str(Axis().row(0.3, 0.2, 0.4))


def test_the_summary_reaches_from_end_to_end_of_its_interval() -> None:
    drawn = str(Axis().summary(0.3, 0.2, 0.6))
    assert '<svg x="20.00%" y="50%" width="40.00%"' in drawn
    assert 'points="0,6 25.00,0 100,6 25.00,12"' in drawn


@pytest.mark.parametrize("ends", [(None, None), (0.5, 0.5)])
def test_what_has_no_interval_is_a_mark_alone(ends: tuple[float | None, float | None]) -> None:
    drawn = str(Axis().summary(0.5, *ends))
    assert '<rect x="50.00%"' in drawn
    assert "polygon" not in drawn


@pytest.mark.django_db
def test_the_page_has_a_row_for_each_reader_and_source(settings: Any, tmp_path: Path) -> None:
    body = a_result(settings, tmp_path).client("alice").get(PAGE).content.decode()
    rows = re.findall(r'<th scope="row">(?:<a [^>]*href="([^"]*)">)?([^<]*)', body)
    named = [name for _, name in rows]
    assert [named.count(name) for name in ("R01", "R02", "All readers")] == [2, 2, 2]
    assert ("/studies/knees/cases/triples/?reader=R01", "R01") in rows
    assert ("/studies/knees/cases/calls/?source=checkpoint-canary", "checkpoint-canary") in rows
    assert body.count('class="chance"') == 6, "half of the calls are right by chance where kinds are even"


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("width", [1280, 1024, 768, 390])
def test_drawings_stay_beside_their_numbers_however_long_the_names(
    browser: Browser, live_server: Any, settings: Any, tmp_path: Path, width: int
) -> None:
    made = a_result(settings, tmp_path)
    context = browser.new_context(base_url=str(live_server), viewport={"width": width, "height": 900})
    session = made.client("alice").cookies["sessionid"].value
    context.add_cookies([{"name": "sessionid", "value": session, "url": str(live_server)}])
    page = context.new_page()
    page.goto(PAGE)
    page.evaluate(
        "for (const a of document.querySelectorAll('.intervals a')) a.textContent += '-very-long'.repeat(7)"
    )
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for row in page.locator(".intervals tbody tr").all():
        cell, drawing = row.locator("td.drawn").bounding_box(), row.locator("svg.forest").first.bounding_box()
        assert cell is not None
        assert drawing is not None
        assert drawing["width"] >= 100
        assert (drawing["y"], drawing["height"]) == pytest.approx((cell["y"], cell["height"]), abs=1.5)
    context.close()
