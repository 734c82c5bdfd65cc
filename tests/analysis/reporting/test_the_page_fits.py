"""The page of a report is as wide as what it is read on."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser

import analysis
from tests.analysis.items.studies import write_study

EXAMPLE = Path(__file__).parents[3] / "analysis" / "example"


@pytest.mark.parametrize("items", [False, True])
@pytest.mark.parametrize(
    # a telephone, and A4 less its margins at 96 dots an inch
    ("medium", "width"),
    [("screen", 390), ("print", 643)],
)
def test_the_page_is_no_wider_than_its_medium(
    browser: Browser, tmp_path: Path, medium: str, width: int, *, items: bool
) -> None:
    folder = write_study(tmp_path / "bundle", program=True) if items else EXAMPLE
    made = analysis.report(analysis.read_bundle(folder), model_answers=0)
    (tmp_path / "report.html").write_text(made.html, encoding="utf-8")
    page = browser.new_page(viewport={"width": width, "height": 900})
    page.emulate_media(media="print" if medium == "print" else "screen")
    page.goto((tmp_path / "report.html").as_uri())
    assert page.evaluate("document.documentElement.scrollWidth") == width
    page.close()
