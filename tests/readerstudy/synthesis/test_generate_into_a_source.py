"""Images of the bundled model go into a source with all that is known of how they came to be."""

import csv
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command

from generation.sampling.noise import image_seed
from readerstudy.audit.models import Event
from readerstudy.imaging.canvas import Canvas
from readerstudy.studies.models import Run, Study
from readerstudy.synthesis.for_study import size_warning
from readerstudy.synthesis.generate import generate as run
from readerstudy.synthesis.generate import request_of
from readerstudy.truth.models import Provenance, Source
from readerstudy.truth.recognisable import recognisable
from readerstudy.truth.secrets import pixel_seed
from readerstudy.truth.take_out import take_out
from tests.readerstudy.factory import a_planned_study

pytestmark = pytest.mark.django_db


def generate(study: Study, out: Path, precision: str = "float32") -> str:
    said = StringIO()
    options = {"count": 2, "out": out, "steps": 2, "seed": 5, "study": study.slug, "source": "gan-canary"}
    call_command(
        "generate_synthetic",
        **options,
        condition=["grade=3"],
        precision=precision,
        verbosity=0,
        stdout=said,
        stderr=said,
    )
    return said.getvalue()


def test_generating_puts_provenance_into_the_source_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    study = a_planned_study()
    before = Provenance.objects.filter(source__study=study).count()
    said = generate(study, tmp_path / "made", "bfloat16")
    assert "2 images new in source gan-canary" in said
    assert "images of 128 × 128 pixels, and the study's canvas is 16 × 24" in said
    source = Source.objects.get(study=study, name="gan-canary")
    assert source.generated == 2
    assert source.rejected == 0
    assert source.sampler["steps"] == 2
    assert source.sampler["conditions"] == {"grade": "3"}
    assert (source.sampler["precision"], source.sampler["compiled"]) == ("bfloat16", False)
    assert len(source.checkpoint_digest) == 64
    made = Provenance.objects.filter(source=source).exclude(conditions={}).order_by("pk")
    assert made.count() == 2
    assert len(set(made.values_list("image__digest", flat=True))) == 2
    assert all(row.labels["grade"] == "3" for row in made)
    again = generate(study, tmp_path / "made", "bfloat16")
    assert "0 of them made now" in again
    assert "0 images new" in again
    assert Provenance.objects.filter(source__study=study).count() == before + 2


def test_images_of_the_size_of_the_canvas_need_no_warning() -> None:
    assert size_warning(Canvas(width=96, height=96, bits=8), 96) == ""
    assert size_warning(Canvas(width=96, height=128, bits=8), 96) != ""


def test_no_file_and_no_row_names_the_seed_of_a_studys_images(tmp_path: Path) -> None:
    study = a_planned_study()
    generate(study, tmp_path / "made")
    source = Source.objects.get(study=study, name="gan-canary")
    assert source.sampler["series"] == 5
    assert "seed" not in source.sampler
    assert not Provenance.objects.filter(source=source, seed__isnull=False).exists()
    with (tmp_path / "made" / "manifest.csv").open() as stream:
        assert {row["seed"] for row in csv.DictReader(stream)} == {""}
    seed = pixel_seed(study, 5)
    forms = [str(seed), f"{seed:x}", str(image_seed(seed, 0)), str(image_seed(seed, 1))]
    written = [path for path in (tmp_path / "made").rglob("*") if path.is_file()]
    told = b"".join(path.read_bytes() for path in written).decode("latin-1")
    told += str([list(model.objects.values()) for model in (Source, Provenance, Event, Run)])
    assert not [form for form in forms if form in told]


def test_the_pixels_of_a_study_do_not_come_from_any_seed_one_would_try(tmp_path: Path) -> None:
    """The attacker has the bundled checkpoint and the protocol, and makes images with the seeds in them."""
    study = a_planned_study()
    generate(study, tmp_path / "made")
    theirs = {path.read_bytes() for path in (tmp_path / "made").glob("*.png")}
    settings = {"count": 2, "steps": 2, "conditions": {"grade": "3"}, "precision": "float32"}
    for seed in (0, 1, 5, study.protocol.document.seed):
        out = tmp_path / f"guess-{seed}"
        run(request_of({**settings, "seed": seed, "out": out}))
        guesses = {path.read_bytes() for path in out.glob("*.png")}
        assert len(guesses) == 2
        assert not theirs & guesses


def test_images_of_an_earlier_version_are_named_until_they_are_taken_out(tmp_path: Path) -> None:
    """Their noise came from 32 bits, so a reader with the checkpoint finds it in some hours."""
    study = a_planned_study()
    source = Source.objects.get(study=study, name="gan-canary")
    Source.objects.filter(pk=source.pk).update(sampler={"series": 5}, generated=7)
    for name in ("added", "alone"):
        generate(study, tmp_path / name)
        assert any("noise of 32 bits" in said for said in recognisable(study)) == (name == "added")
        take_out(source, by=study.created_by, reason="again")


def test_another_study_gets_other_images_from_the_same_settings(tmp_path: Path) -> None:
    one, two = a_planned_study(slug="one"), a_planned_study(slug="two")
    generate(one, tmp_path / "one")
    generate(two, tmp_path / "two")
    made = [{path.read_bytes() for path in (tmp_path / name).glob("*.png")} for name in ("one", "two")]
    assert not made[0] & made[1]


def test_the_ancestral_solver_takes_a_thousand_steps_unless_told_otherwise(tmp_path: Path) -> None:
    assert request_of({"count": 1, "out": tmp_path, "sampler": "ddpm"}).steps == 1000
    assert request_of({"count": 1, "out": tmp_path, "sampler": "ddpm", "steps": 50}).steps == 50
    assert request_of({"count": 1, "out": tmp_path}).steps < 50
