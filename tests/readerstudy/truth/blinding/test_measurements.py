"""A study measures each of its images once, and no other study's audit goes faster for it."""

from collections.abc import Sequence

import pytest

from readerstudy.imaging import measuring
from readerstudy.imaging.buffer_features import Found, Job, measure_buffers
from readerstudy.imaging.models import Image
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Study
from readerstudy.truth.blinding.measurements import measurements_of
from readerstudy.truth.duplicate import duplicate
from readerstudy.truth.models import Measurement, Provenance
from readerstudy.truth.sources import Origin, add_images, source_of
from tests.readerstudy.factory import a_leader, a_planned_study, a_user, protocol_text, random_images

pytestmark = pytest.mark.django_db


def rows_of(study: Study) -> list[Provenance]:
    rows = Provenance.objects.filter(source__study=study).select_related("image")
    return list(rows.order_by("image__digest"))


@pytest.fixture
def jobs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many images were measured, chunk by chunk."""
    counted: list[int] = []

    def count(jobs: Sequence[Job]) -> list[Found]:
        counted.append(len(jobs))
        return measure_buffers(jobs)

    monkeypatch.setattr(measuring, "measure_buffers", count)
    return counted


def test_measurements_are_kept_and_come_in_the_order_asked_for(jobs: list[int]) -> None:
    rows = rows_of(a_planned_study())
    told: list[tuple[int, int]] = []
    first = measurements_of(rows, on_progress=lambda *counts: told.append(counts))
    assert told[-1] == (len(rows), len(rows))
    assert sum(jobs) == len(rows)
    assert measurements_of(rows[::-1]) == first[::-1]
    assert sum(jobs) == len(rows)


def test_measurements_of_an_older_version_are_made_again() -> None:
    rows = rows_of(a_planned_study())
    first = measurements_of(rows)
    Measurement.objects.update(version=0, features={})
    assert measurements_of(rows) == first
    assert Measurement.objects.count() == len(rows)


def test_facts_and_groups_travel_with_the_measurement() -> None:
    study = create_study(protocol_text(), by=a_leader("alice"))
    image = random_images(study.protocol.document, 1, seed=1)[0]
    origin = Origin(image=image, group="P1", facts={"container": "PNG"})
    add_images(source_of(study, "hospital-canary"), [origin], by=a_user("alice"))
    measured = measurements_of(rows_of(study))[0]
    assert (measured.group, measured.facts) == ("P1", {"container": "PNG"})


def test_an_image_measured_by_another_study_is_measured_again(jobs: list[int]) -> None:
    """A faster audit would tell that the image is somewhere else."""
    theirs = rows_of(a_planned_study())
    measurements_of(theirs)
    before = sum(jobs)
    mine = create_study(protocol_text(), by=a_leader("mallory"))
    image = Image.objects.get(pk=theirs[0].image_id)
    add_images(source_of(mine, "hospital-canary"), [Origin(image=image)], by=a_user("mallory"))
    measurements_of(rows_of(mine))
    assert sum(jobs) == before + 1


def test_a_copy_need_not_measure_again(jobs: list[int]) -> None:
    study = a_planned_study()
    first = measurements_of(rows_of(study))
    before = sum(jobs)
    assert measurements_of(rows_of(duplicate(study, by=a_user("alice")))) == first
    assert sum(jobs) == before
