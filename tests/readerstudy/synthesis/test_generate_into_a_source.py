"""Images of the bundled model go into a source with all that is known of how they came to be."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from readerstudy.studies.models import Study
from readerstudy.synthesis.generate import request_of
from readerstudy.truth.models import Provenance, Source
from tests.readerstudy.factory import a_planned_study

pytestmark = pytest.mark.django_db


def generate(study: Study, out: Path) -> str:
    said = StringIO()
    options = {"count": 2, "out": out, "steps": 2, "seed": 5, "study": study.slug, "source": "gan-canary"}
    call_command(
        "generate_synthetic",
        **options,
        condition=["grade=3"],
        precision="bfloat16",
        verbosity=0,
        stdout=said,
    )
    return said.getvalue()


def test_generating_puts_provenance_into_the_source_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    study = a_planned_study()
    before = Provenance.objects.filter(source__study=study).count()
    said = generate(study, tmp_path / "made")
    assert "2 images new in source gan-canary" in said
    source = Source.objects.get(study=study, name="gan-canary")
    assert source.generated == 2
    assert source.rejected == 0
    assert source.sampler["steps"] == 2
    assert source.sampler["conditions"] == {"grade": "3"}
    assert (source.sampler["precision"], source.sampler["compiled"]) == ("bfloat16", False)
    assert len(source.checkpoint_digest) == 64
    made = Provenance.objects.filter(source=source, seed__isnull=False).order_by("pk")
    assert made.count() == 2
    assert len(set(made.values_list("image__digest", flat=True))) == 2
    assert all(row.labels["grade"] == "3" for row in made)
    again = generate(study, tmp_path / "made")
    assert "0 of them made now" in again
    assert "0 images new" in again
    assert Provenance.objects.filter(source__study=study).count() == before + 2


def test_the_ancestral_solver_takes_a_thousand_steps_unless_told_otherwise(tmp_path: Path) -> None:
    assert request_of({"count": 1, "out": tmp_path, "sampler": "ddpm"}).steps == 1000
    assert request_of({"count": 1, "out": tmp_path, "sampler": "ddpm", "steps": 50}).steps == 50
    assert request_of({"count": 1, "out": tmp_path}).steps < 50
