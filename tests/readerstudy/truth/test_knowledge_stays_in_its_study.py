"""Mallory has saved the pictures that a study shows and imports them into a study of their own: what comes
back says nothing about the other study, and changes nothing in it."""

from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from readerstudy.audit.models import Event
from readerstudy.imaging.delivery import pixels
from readerstudy.imaging.models import Image
from readerstudy.studies.create import create_study
from readerstudy.truth.allocate import allocate
from readerstudy.truth.import_images import ImportSummary, import_images
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Provenance
from readerstudy.truth.sources import source_of
from tests.readerstudy.factory import a_leader, a_locked_study, a_planned_study, a_user, protocol_text


def saved(images: list[Image], folder: Path) -> Path:
    """The buffers that a reader's browser received, as files that import to the very same pixels."""
    folder.mkdir()
    lines = ["file,patient,grade"]
    for number, image in enumerate(images):
        grey = np.frombuffer(pixels(image), np.uint8).reshape(image.height, image.width)
        PIL.Image.fromarray(grey).save(folder / f"{number:02}.png")
        lines.append(f"{number:02}.png,M{number},7")
    (folder / "manifest.csv").write_text("\n".join(lines))
    return folder


def imported_by_mallory(folder: Path, slug: str) -> tuple[ImportSummary, list[dict[str, Any]]]:
    mine = create_study(protocol_text(), by=a_leader("mallory"), slug=slug)
    source = source_of(mine, "hospital-canary")
    summary = import_images(source, [folder], by=a_user("mallory"))
    events = Event.objects.filter(stream__name__startswith=mine.scope).order_by("pk")
    return summary, [{"verb": event.verb} | event.particulars for event in events]


@pytest.mark.django_db
def test_an_import_tells_nothing_of_images_that_other_studies_have(tmp_path: Path) -> None:
    made = a_locked_study()
    shown = [row.image for row in Provenance.objects.filter(source__study=made.study).select_related("image")]
    assert all(Provenance.objects.filter(source__study=made.study).values_list("group", flat=True))
    unknown = tmp_path / "unknown"
    folder = saved(shown, tmp_path / "saved")
    unknown.mkdir()
    for path in folder.iterdir():
        if path.suffix == ".png":
            with PIL.Image.open(path) as picture:
                PIL.Image.fromarray(255 - np.asarray(picture)).save(unknown / path.name)
        else:
            (unknown / path.name).write_bytes(path.read_bytes())
    theirs = imported_by_mallory(folder, "theirs")
    nobodys = imported_by_mallory(unknown, "nobodys")
    assert theirs[0] == nobodys[0]
    assert theirs[0].added == len(shown)
    assert theirs[1][1:] == nobodys[1][1:]


@pytest.mark.django_db
def test_an_import_changes_nothing_in_another_study(tmp_path: Path) -> None:
    study = a_planned_study()
    rows = Provenance.objects.filter(source__study=study).order_by("pk")
    rows.update(group="")
    allocate(study, by=a_user("alice"))
    lock_study(study, by=a_user("alice"), reason="ready")
    before = list(rows.values())
    imported_by_mallory(saved([row.image for row in rows.select_related("image")], tmp_path / "in"), "mine")
    assert list(rows.values()) == before
    own = Provenance.objects.filter(source__study__slug="mine")
    assert own.exclude(group="").count() == own.exclude(labels={}).count() == len(before)
