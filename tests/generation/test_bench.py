"""The benchmark runs at toy size on a CPU, and its page leaves blank what was not measured."""

import json
from pathlib import Path

import pytest

from generation.bench.__main__ import main, scaling
from generation.bench.networks import diffusers_network, lucidrains_network
from generation.bench.page import page
from generation.models.denoiser import count_parameters


def test_a_toy_run_writes_machine_settings_and_figures(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "bench.json"
    assert main(["--toy", "--parts", "sampling", "training", "scaling", "--out", str(out)]) == 0
    result = json.loads(out.read_text())
    assert {"device", "torch", "diffusers", "commit"} <= set(result["machine"])
    ours = [row for row in result["sampling"] if row["what"] == "ours"]
    assert all(row["seconds_per_image"] > 0 and row["steps"] == 2 for row in ours)
    assert {row["guidance"] for row in ours} == {1.0, 1.5}
    assert {"ours", "diffusers"} <= {row["what"] for row in result["training"]}
    assert main(["--page", str(out)]) == 0
    assert "| ours | 32 |" in capsys.readouterr().out


def test_what_was_not_measured_stays_blank() -> None:
    text = page({})
    assert "Machine: none yet." in text
    assert "|  |  |  |" in text


def test_scaling_says_what_is_computed() -> None:
    rows = scaling([{"what": "ours", "size": 128, "guidance": 1.5, "seconds_per_image": 0.1}])
    assert [row["how"] for row in rows] == ["measured", *["computed from one device"] * 3]
    assert rows[1]["images_per_second"] == pytest.approx(20)
    assert rows[0]["hours_20000"] == pytest.approx(20_000 / 10 / 3600)


def test_the_peer_has_as_many_parameters_as_asked() -> None:
    assert count_parameters(diffusers_network(64, 4_000_000)) == pytest.approx(4_000_000, rel=0.25)


def test_a_peer_that_is_not_installed_is_left_out() -> None:
    assert lucidrains_network(32, 100_000) is None
