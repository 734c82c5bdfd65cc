"""The result on screen: every number of the report's main tables, and its interval drawn beside it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from readerstudy.desk.result.confusion import confusion_of
from readerstudy.desk.result.forest import Axis
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.results.runs import report_folder, write_report
from readerstudy.studies.models import Run
from readerstudy.studies.protocol import parse_protocol
from readerstudy.studies.runs import Reporter
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.chromium import close
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


@pytest.mark.parametrize(
    ("start", "end", "labels"),
    [(63.5542, 116.14, ["63.6", "89.8", "116.1"]), (1, 4, ["1", "2.5", "4"]), (0.251234, 0.26, ["0.25123"])],
)
def test_the_ends_of_an_axis_have_the_digits_that_its_length_deserves(
    start: float, end: float, labels: list[str]
) -> None:
    drawn = str(Axis(start=start, end=end, is_share=False).ticks())
    assert re.findall(r">([\d.]+)</text>", drawn)[: len(labels)] == labels


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
    close(context)


@pytest.mark.django_db
def test_a_second_opinion_is_offered_and_shown(settings: Any, tmp_path: Path) -> None:
    made = a_result(settings, tmp_path)
    client = made.client("alice")
    assert "Second opinion" not in client.get(PAGE).content.decode()
    client.post(PAGE, {"cross_check": "1"})
    run = Run.objects.filter(study=made.study, kind="report").latest("pk")
    assert run.request == {"anew": True, "cross_check": True}
    write_report(run, Reporter(run))
    body = client.get(PAGE).content.decode()
    opinion = json.loads((report_folder(made.study) / "report.json").read_text())["cross_check"]
    assert opinion["of"] > 0
    assert f"{opinion['agree']} of {opinion['of']} numbers agree with other programs" in body
    assert body.count("<td>yes") == opinion["agree"] == opinion["of"]


def test_the_squares_of_a_confusion_fill_each_row() -> None:
    document = parse_protocol(protocol_text(sections=QUARTETS.format(trials=3) + CALLS))
    picks = confusion_of({"detection": {"overall": {"k": 116, "n": 400, "chance": 0.25}}}, document)
    assert picks is not None
    counts = [(row.kind, row.n, row.taken_for_real.count, row.not_taken.count) for row in picks.rows]
    assert counts == [("real", 400, 116, 284), ("synthetic", 1200, 284, 916)]
    calls = [
        {"source": "hospital-canary", "n": 120, "detected": 27},
        {"source": "checkpoint-canary", "n": 60, "detected": 45},
        {"source": "gan-canary", "n": 60, "detected": 15},
    ]
    called = confusion_of({"discrimination": {"by_source": calls}}, document)
    assert called is not None
    assert [(row.taken_for_real.count, row.not_taken.count) for row in called.rows] == [(93, 27), (60, 60)]
    for row in (*picks.rows, *called.rows):
        assert row.taken_for_real.side**2 + row.not_taken.side**2 == pytest.approx(100**2)
        assert row.taken_for_real.is_right == (row.kind == "real") != row.not_taken.is_right
    assert confusion_of({}, document) is None
