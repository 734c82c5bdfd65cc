"""The benchmark runs at toy size on a CPU, and its page leaves blank what was not measured."""

import json
from pathlib import Path

import pytest

from generation.bench.__main__ import main, scaling
from generation.bench.networks import diffusers_network, lucidrains_network
from generation.bench.page import BEGIN, END, rewrite, section
from generation.models.denoiser import count_parameters


def test_a_toy_run_writes_machine_settings_and_figures(
    tmp_path: Path,
) -> None:
    out = tmp_path / "bench.json"
    assert (
        main(
            ["--toy", "--parts", "sampling", "training", "attention", "kernels", "scaling", "--out", str(out)]
        )
        == 0
    )
    result = json.loads(out.read_text())
    assert {"device", "torch", "diffusers", "commit"} <= set(result["machine"])
    ours = [row for row in result["sampling"] if row["what"] == "ours"]
    assert all(row["seconds_per_image"] > 0 and row["steps"] == 2 for row in ours)
    assert {row["guidance"] for row in ours} == {1.0, 1.5}
    assert {"ours", "diffusers"} <= {row["what"] for row in result["training"]}
    assert {"flash_attention", "math"} <= {row["backend"] for row in result["attention"]}
    assert sum(row["share"] for row in result["kernels"]) <= 1.0 + 1e-9
    assert result["settings"]["steps"] == 2
    page = tmp_path / "benchmarks.md"
    page.write_text(f"{BEGIN}\n{END}\n")
    assert main(["--page", str(out), "--into", str(page)]) == 0
    assert "| ours | 32 |" in page.read_text()


def test_what_was_not_measured_stays_blank() -> None:
    text = section({})
    assert "Machine: none yet." in text
    assert "|  |  |  |" in text


def test_the_page_is_touched_between_its_markers_only(tmp_path: Path) -> None:
    page = tmp_path / "benchmarks.md"
    page.write_text(f"# Benchmarks\n\nby hand\n\n{BEGIN}\nold figures\n{END}\nafterwards\n")
    for _ in range(2):
        rewrite(page, {"machine": {"device": "Some GPU"}})
        text = page.read_text()
        assert text.startswith(f"# Benchmarks\n\nby hand\n\n{BEGIN}\nMachine: Some GPU.")
        assert text.endswith(f"{END}\nafterwards\n")
        assert "old figures" not in text


@pytest.mark.parametrize("text", ["", BEGIN, END, f"{END}{BEGIN}", f"{BEGIN}{END}{BEGIN}{END}"])
def test_a_page_without_its_markers_is_refused_and_left_alone(
    tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    page, run = tmp_path / "page.md", tmp_path / "bench.json"
    page.write_text(text)
    run.write_text("{}")
    assert main(["--page", str(run), "--into", str(page)]) == 1
    assert page.read_text() == text
    assert "must hold each of these two lines once" in capsys.readouterr().err


def test_scaling_says_what_is_computed() -> None:
    rows = scaling([{"what": "ours", "size": 128, "guidance": 1.5, "seconds_per_image": 0.1}])
    assert [row["how"] for row in rows] == ["measured", *["computed from one device"] * 3]
    assert rows[1]["images_per_second"] == pytest.approx(20)
    assert rows[0]["hours_20000"] == pytest.approx(20_000 / 10 / 3600)


def test_the_peer_has_as_many_parameters_as_asked() -> None:
    assert count_parameters(diffusers_network(64, 4_000_000)) == pytest.approx(4_000_000, rel=0.25)


def test_a_peer_that_is_not_installed_is_left_out_with_a_sentence(
    capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    assert lucidrains_network(32, 100_000) is None
    out = tmp_path / "bench.json"
    assert main(["--toy", "--parts", "quality", "--out", str(out)]) == 0
    told = capsys.readouterr().err
    assert "denoising-diffusion-pytorch is not installed: it was left out." in told
    assert "quality needs --checkpoint and --real" in told
    assert len(json.loads(out.read_text())["left_out"]) == 2
