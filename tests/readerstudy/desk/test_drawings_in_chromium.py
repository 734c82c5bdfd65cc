"""What is drawn is where it should be: reasons glow where readers pointed, the pre-flight draws its power."""

import json
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.utils import timezone
from PIL import Image as Pillow
from playwright.sync_api import Browser, Locator, Page

from readerstudy.results.freeze import freeze_study
from readerstudy.results.runs import report_folder
from readerstudy.studies.models import Run, Study
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.chromium import close
from tests.readerstudy.factory import CALLS, QUARTETS, a_locked_study, a_planned_study, a_user, protocol_text
from tests.readerstudy.people import signed_in
from tests.readerstudy.results.test_case_file import end
from tests.readerstudy.results.test_cases import REASONS, pick
from tests.readerstudy.results.test_looking import case_number, read_one

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
WIDTH, HEIGHT = 16, 24
#: Just below where was pointed: on the page of one case the reader's name stands on the spot itself.
SPOT = (1.5, 2.5 + 0.6)


@pytest.fixture
def page(browser: Browser, live_server: Any, db: None) -> Iterator[Page]:
    client = signed_in(a_user("alice"), confirmed=True)
    context = browser.new_context(base_url=str(live_server), viewport={"width": 1024, "height": 768})
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live_server)}]
    )
    yield context.new_page()
    close(context)


def colour_at(page: Page, image: Locator, x: float, y: float) -> float:
    """How much redder than blue the screen is around a spot of an image, given in its pixels."""
    box = image.bounding_box()
    assert box is not None
    left, top = box["x"] + x / WIDTH * box["width"], box["y"] + y / HEIGHT * box["height"]
    shot = page.screenshot(clip={"x": left - 2, "y": top - 2, "width": 4, "height": 4})
    seen = np.asarray(Pillow.open(BytesIO(shot)).convert("RGB"), dtype=float)
    return float((seen[..., 0] - seen[..., 2]).mean())


def test_an_image_glows_where_readers_pointed_and_nowhere_else(page: Page) -> None:
    made = a_locked_study(protocol_text(sections=QUARTETS.format(trials=1), more=REASONS), readers=("rita",))
    pick(made, "rita", real=True)
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")
    for address in ("/studies/knees/cases/triples/", "/studies/knees/cases/triples/1/"):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        image = page.locator(".seen:has(circle) img")
        assert image.count() == 1
        image.scroll_into_view_if_needed()
        assert colour_at(page, image, *SPOT) > 20
        assert colour_at(page, image, WIDTH - SPOT[0], HEIGHT - SPOT[1]) == pytest.approx(0, abs=1)
        others = page.locator(".seen:not(:has(circle)) img")
        assert [colour_at(page, other, *SPOT) for other in others.all()] == pytest.approx([0, 0], abs=1)


def test_a_replay_and_its_bar_are_in_the_window_together(page: Page) -> None:
    made = a_locked_study(protocol_text(sections=CALLS), readers=("rita",))
    read_one(made)
    end(made)
    page.goto(f"/studies/knees/cases/calls/{case_number(made)}/replay/R01/")
    bar = page.locator(".replay-bar").bounding_box()
    assert bar is not None
    assert bar["y"] + bar["height"] <= 768


def test_the_preflight_draws_the_power_of_its_design(page: Page, settings: Any, tmp_path: Path) -> None:
    settings.HOME = tmp_path
    study = a_planned_study()
    twin = Study.objects.create(slug="twin", title="Twin", created_by=study.created_by, rehearses=study)
    outcome, now = {"rehearsal": "twin", "answers": 6}, timezone.now()
    Run.objects.create(study=study, kind="preflight", by=study.created_by, outcome=outcome, finished_at=now)
    folder = report_folder(twin)
    folder.mkdir(parents=True)
    completeness = {"answers": 6, "readers": 2, "missing": 0}
    report = {"sections": {"triples": {"conduct": {"completeness": completeness}}}}
    (folder / "report.json").write_text(json.dumps(report))
    page.goto("/studies/knees/preflight/")
    page.locator(".powers figure svg").first.wait_for()
    said = page.inner_text(".powers")
    assert "your design: 2 readers, 3 trials" in said
    assert "equivalence with chance within" in said
