"""Mallory has saved the pictures that a study shows and imports them into a study of their own: what comes
back says nothing about the other study, and changes nothing in it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from readerstudy.audit.guards import faults, installed
from readerstudy.audit.models import Event
from readerstudy.imaging.delivery import pixels
from readerstudy.imaging.models import Image
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Study
from readerstudy.truth.allocate import allocate
from readerstudy.truth.import_images import ImportSummary, import_images
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Measurement, Provenance, SeenFile
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


@pytest.fixture
def newest_tables_again() -> Iterator[None]:
    """Whatever happens on the way back, the tables are as other tests expect them."""
    yield
    new_tables()


def old_tables() -> Callable[[str, str], Any]:
    targets = [("imaging", "0001_initial"), ("truth", "0005_secrets_of_existing_studies")]
    MigrationExecutor(connection).migrate(targets)
    return MigrationExecutor(connection).loader.project_state(targets).apps.get_model


def new_tables() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.mark.django_db(transaction=True)
def test_every_study_keeps_what_was_known_of_its_images_so_far(newest_tables_again: None) -> None:
    locked, draft = a_locked_study(slug="locked").study, a_planned_study(slug="draft", owner="alice")
    shared = Provenance.objects.filter(source__study=locked).earliest("pk").image
    source_of(draft, "gan-canary").provenances.create(image=shared, by=a_user("alice"))
    old = old_tables()
    image = old("imaging", "Image").objects.get(pk=shared.pk)
    image.group, image.facts = "f" * 32, {"container": "PNG", "bits": 8}
    image.save()
    old("imaging", "SeenFile").objects.create(token="t" * 64, image=image)
    old("imaging", "Measurement").objects.create(image=image, version=1, features={"a": 1.5}, sketch=b"\0s")
    new_tables()
    rows = Provenance.objects.filter(image=shared).order_by("pk")
    assert [_study_of(row).slug for row in rows] == ["locked", "draft"]
    assert {row.group for row in rows} == {"f" * 32}
    assert [row.facts for row in rows] == [{"container": "PNG", "bits": 8}] * 2
    assert Provenance.objects.exclude(image=shared).exclude(group="").count() == 0
    for model in (SeenFile, Measurement):
        assert sorted(model.objects.values_list("provenance", flat=True)) == [row.pk for row in rows]
    assert bytes(Measurement.objects.first().sketch) == b"\0s"
    assert faults(connection, installed(connection)) == {}


def _study_of(row: Provenance) -> Study:
    return row.source.study
