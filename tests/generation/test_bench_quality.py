"""Quality at each speed, with a tiny model and a tiny folder of phantoms."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from generation.bench.__main__ import main
from generation.bench.measuring import carry_out
from generation.bench.plans import HEADLINE, TOY
from generation.bench.quality import Setting, Subject, quality_part, settings
from generation.bench.results import Results
from generation.sampling.request import SampleRequest

COUNT = 10


@pytest.fixture(scope="module", autouse=True)
def default_steps() -> Iterator[int]:
    """Fewer than a picture needs, for a dozen settings are drawn."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SampleRequest, "steps", 3)
        yield 3


@pytest.fixture(scope="module")
def run(
    phantom_folder: Path, tiny_checkpoint: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, list[dict[str, Any]]]:
    out = tmp_path_factory.mktemp("bench") / "bench.json"
    words = ["--checkpoint", str(tiny_checkpoint), "--real", str(phantom_folder), "--count", str(COUNT)]
    assert main(["--toy", "--parts", "quality", *words, "--out", str(out)]) == 0
    return out, json.loads(out.read_text())["quality"]


def test_every_solver_and_guidance_is_compared_with_the_reference(
    run: tuple[Path, list[dict[str, Any]]],
    default_steps: int,
) -> None:
    _, rows = run
    assert rows[0]["what"] == "real against real"
    assert (rows[1]["what"], rows[1]["steps"]) == ("ddpm", TOY.reference_steps)
    assert "difference" not in rows[1]
    assert (rows[2]["what"], rows[2]["steps"], rows[2]["guidance"]) == ("unipc", default_steps, 1.0)
    assert {(row["what"], row["steps"], row["guidance"]) for row in rows[3:]} == {
        (s, n, 1.5) for s in ("unipc", "dpm++2m", "ddim") for n in (2, default_steps)
    }
    for row in rows[2:]:
        assert row["difference"] == pytest.approx(row["kid"] - rows[1]["kid"])
        assert row["difference_low"] <= row["difference_high"]
        assert row["not_worse"] == (row["difference_high"] <= rows[0]["kid_high"])
        assert row["seconds_per_image"] > 0
    assert {row["images"] for row in rows} == {COUNT}
    assert all(np.isfinite(row["frechet"]) for row in rows)


def test_the_headline_compares_a_thousand_steps_with_ten_to_thirty_and_the_default(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(SampleRequest, "steps", 15)
    chosen = settings(HEADLINE)
    assert chosen[0] == Setting(sampler="ddpm", steps=1000, guidance=1.0)
    assert chosen[1] == Setting(sampler="unipc", steps=15, guidance=1.0)
    assert {one.steps for one in chosen[1:]} == {10, 15, 20, 30}
    assert {one.guidance for one in chosen[1:]} == {1.0, 1.5, 2.0}
    assert len(chosen) == len(set(chosen)) == 1 + 3 * 4 * 3


def test_a_part_that_was_cut_keeps_its_images_and_goes_on(
    run: tuple[Path, list[dict[str, Any]]], phantom_folder: Path, tiny_checkpoint: Path
) -> None:
    out, rows = run
    before = json.loads(out.read_text())
    results = Results(out, before["machine"], before["settings"])
    about = {"what": "ddim", "steps": 2, "guidance": 1.5}
    results.put("quality", about, [])
    subject = Subject(
        checkpoint=tiny_checkpoint,
        real=phantom_folder,
        count=COUNT,
        work=out.with_name("bench.json.images"),
    )
    carry_out(quality_part(TOY, subject), results, minutes=5)
    again = next(row for row in results.rows("quality") if about.items() <= row.items())
    old = next(row for row in rows if about.items() <= row.items())
    assert again["kid"] == old["kid"]
    assert again["seconds_per_image"] is None


def test_without_real_images_phantoms_are_made(tiny_checkpoint: Path, tmp_path: Path) -> None:
    results = Results(tmp_path / "bench.json", {}, {})
    plan = replace(TOY, quality_guidances=(), reference_steps=2)
    subject = Subject(checkpoint=tiny_checkpoint, real=None, count=10, work=tmp_path / "work")
    carry_out(quality_part(plan, subject), results, minutes=5)
    assert [row["what"] for row in results.rows("quality")] == ["real against real", "ddpm", "unipc"]
    assert {row["real"] for row in results.rows("quality")} == {"phantoms"}
    assert {row["images"] for row in results.rows("quality")} == {10}
    assert results.failures == []


def test_too_few_real_images_are_refused_by_name(
    phantom_folder: Path, tiny_checkpoint: Path, tmp_path: Path
) -> None:
    results = Results(tmp_path / "bench.json", {}, {})
    subject = Subject(checkpoint=tiny_checkpoint, real=phantom_folder, count=5, work=tmp_path / "work")
    carry_out(quality_part(replace(TOY, quality_guidances=()), subject), results, minutes=5)
    assert "floor need two halves of 10 images or more" in results.failures[0]["note"]
