"""Studies in colour, of stacks and of cines: imported, audited, planned, locked, and read in a browser."""

import os
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from django.conf import settings
from numpy.typing import NDArray
from playwright.sync_api import Browser, Page, expect

from generation.phantoms.write import write_phantoms
from readerstudy.imaging.manifest import Refused
from readerstudy.reading.models import Response
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocate
from readerstudy.truth.blinding.audit import audit_blinding
from readerstudy.truth.blinding.gate import override
from readerstudy.truth.import_images import import_images
from readerstudy.truth.lock import lock_study
from readerstudy.truth.sources import source_of
from tests.chromium import close
from tests.readerstudy.factory import Locked, a_leader, brief, enrol
from tests.readerstudy.imaging.phantoms import dicom, dicom_bytes, write

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PROTOCOL = """
[study]
title = "Any image"
seed = 7
readers = 1
[display]
if_failed = "ignore"
[canvas]
width = 96
height = 96
bits = 8
{canvas}
[[sources]]
name = "clinic"
kind = "real"
[[sources]]
name = "model"
kind = "synthetic"
[[sections]]
name = "pairs"
task = "pick_real"
trials = 3
compose = {{ clinic = 1, model = 1 }}
"""
PER_ARM, FRAMES = 6, 12
KINDS = {
    "lesion": 'mode = "colour"',
    "volume": f"frames = {FRAMES}\nspacing_mm = 3.5",
    "cine": f'frames = {FRAMES}\nplay = "cine"\nrate_hz = 12',
}


def arm(kind: str, folder: Path, seed: int) -> Path:
    """Phantoms of a kind; a stack as the folders of slices that a PACS exports."""
    write_phantoms(folder / "pages", count=PER_ARM, kind=kind, size=96, frames=FRAMES, seed=seed)
    if kind != "volume":
        return folder / "pages"
    for case, path in enumerate(sorted((folder / "pages").glob("*.tif"))):
        with PIL.Image.open(path) as pages:
            for number in range(FRAMES):
                pages.seek(number)
                grey: NDArray[Any] = np.asarray(pages).astype(np.uint16)
                tags: dict[str, Any] = {
                    "SeriesInstanceUID": f"1.2.{seed}.{case}",
                    "InstanceNumber": FRAMES - number,
                    "ImagePositionPatient": [0, 0, -5.0 * number],
                    "ImageOrientationPatient": [1, 0, 0, 0, 1, 0],
                    "PixelSpacing": [3.5417, 3.5417],
                    "PatientID": f"{seed}-{case}",
                }
                write(folder, f"series/{case}/{number:03}.dcm", dicom_bytes(dicom(grey, **tags)))
    return folder / "series"


def prepared(kind: str, tmp_path: Path) -> tuple[Study, dict[str, Any]]:
    alice = a_leader("alice")
    study = create_study(PROTOCOL.format(canvas=KINDS[kind]), by=alice, slug="any")
    for seed, name in enumerate(("clinic", "model")):
        summary = import_images(source_of(study, name), [arm(kind, tmp_path / name, seed)], by=alice)
        assert list[Refused](summary.refused) == []
        assert summary.added == PER_ARM
    audit = audit_blinding(study, by=alice)
    if not audit.passed:  # six phantoms of each arm may differ by chance
        override(audit, by=alice, reason="phantoms")
    allocate(study, by=alice)
    lock_study(study, by=alice, reason="ready")
    return Study.objects.get(pk=study.pk), audit.document


@pytest.fixture(params=KINDS)
def kind(request: Any) -> str:
    found: str = request.param
    return found


def open_reading(made: Locked, browser: Browser, address: str) -> Page:
    context = browser.new_context(viewport={"width": 1440, "height": 900})
    context.set_default_timeout(20_000)
    name = settings.SESSION_COOKIE_NAME
    cookie = {"name": name, "value": made.client("rita").cookies[name].value, "url": address}
    context.add_cookies([cookie])  # type: ignore[list-item]
    page = context.new_page()
    page.goto(f"{address}/read/any/trial/")
    page.locator("#grid[data-painted]").wait_for()
    return page


def test_a_study_of_the_kind_goes_from_files_to_answers(
    kind: str, browser: Browser, live_server: Any, tmp_path: Path
) -> None:
    study, found = prepared(kind, tmp_path)
    measured = {feature["name"] for feature in found["features"]}
    assert ("chroma_detail" in measured) == (kind == "lesion")
    assert ("frame_change" in measured) == (kind != "lesion")
    made = Locked(study=study, owner=a_leader("alice"), people={"alice": a_leader("alice")})
    enrol(made, "rita", 1)
    brief(made.reading("rita"))
    page = open_reading(made, browser, str(live_server))
    if kind == "volume":
        shows = page.locator(".ov.frame").first
        expect(shows).to_contain_text("Slice 7 of 12")
        page.mouse.move(300, 400)
        page.mouse.wheel(0, 120)
        expect(shows).to_contain_text("Slice 8 of 12")
        page.keyboard.press("]")
        expect(shows).to_contain_text("Slice 9 of 12")
    if kind == "cine":
        page.locator(".ov.frame", has_text="Frame 6 of 12").first.wait_for()
    if folder := os.environ.get("SCREENSHOTS"):
        page.screenshot(path=f"{folder}/{kind}.png")
    for _ in range(3):
        before = page.locator("#grid").get_attribute("data-painted")
        page.keyboard.press("Shift+A")
        page.keyboard.press("Enter")
        following = page.locator(f'#grid[data-painted]:not([data-painted="{before}"])')
        following.or_(page.get_by_role("heading", name="Thank you")).first.wait_for()
    page.wait_for_url("**/finish/")
    answers = Response.objects.filter(enrolment__study=study).order_by("presentation__order")
    assert len(answers) == 3
    kinds = {event["kind"] for event in answers[0].timing["events"]}
    assert ("frames_seen" in kinds) == (kind != "lesion")
    close(page.context)
