"""The benchmark runs at toy size on a CPU, loses nothing to a cut, and leaves blank what was not measured."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from generation.bench.__main__ import main
from generation.bench.measuring import Part, Task, carry_out
from generation.bench.networks import diffusers_network, lucidrains_package
from generation.bench.plans import HEADLINE, TOY
from generation.bench.results import Results
from generation.bench.sampling import sampling_part
from generation.bench.scaling import IMAGES, bookkeeping, cost, launched
from generation.bench.training import training_part
from generation.errors import GenerationError
from generation.models.denoiser import count_parameters

CPU = torch.device("cpu")
TOO_LARGE = 2**40


@pytest.fixture
def results(tmp_path: Path) -> Results:
    return Results(tmp_path / "bench.json", {"device": "CPU"}, {"steps": 2})


@pytest.fixture(scope="module")
def toy_run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("bench") / "bench.json"
    parts = ["sampling", "training", "attention", "kernels", "scaling"]
    assert main(["--toy", "--parts", *parts, "--out", str(out)]) == 0
    return out, json.loads(out.read_text())


def test_a_run_writes_machine_versions_and_settings(toy_run: tuple[Path, dict[str, Any]]) -> None:
    _, result = toy_run
    assert {"device", "torch", "diffusers", "cuda", "triton", "commit"} <= set(result["machine"])
    assert result["settings"]["steps"] == 2
    assert set(result["seconds"]) == {
        *(f"{part} 32 px" for part in ("sampling", "training", "attention", "kernels")),
        "scaling",
    }


def test_sampling_sweeps_batches_with_and_without_guidance_beside_peers(
    toy_run: tuple[Path, dict[str, Any]],
) -> None:
    _, result = toy_run
    ours = [row for row in result["sampling"] if row["what"] == "ours"]
    assert {(row["guidance"], row["batch"]) for row in ours} == {(g, b) for g in (1.0, 1.5) for b in (1, 2)}
    assert all(row["seconds_per_image"] > 0 and row["steps"] == 2 for row in ours)
    assert all(row["share_of_peak"] > 0 for row in ours)
    peers = {row["what"]: row for row in result["sampling"] if row["what"] != "ours"}
    assert {"diffusers", "diffusers as ours"} <= set(peers)
    assert peers["diffusers"]["precision"] == "float32"
    assert peers["diffusers"]["steps"] == 1000
    assert peers["diffusers"]["measured_steps"] == 1
    assert peers["diffusers as ours"]["precision"] == "bfloat16"


def test_training_attention_and_kernels_are_measured(toy_run: tuple[Path, dict[str, Any]]) -> None:
    _, result = toy_run
    assert {"ours", "diffusers", "diffusers as ours"} <= {row["what"] for row in result["training"]}
    assert all(row["images_per_second"] > 0 for row in result["training"])
    attention = {row["backend"]: row for row in result["attention"]}
    assert attention["math"]["milliseconds"] > 0
    assert attention["cudnn_attention"]["note"] == "not possible here"
    assert 0 < sum(row["share"] for row in result["kernels"]) <= 1.0 + 1e-9


def test_scaling_is_computed_from_one_device_and_the_measured_cost_of_the_manifest(
    toy_run: tuple[Path, dict[str, Any]],
) -> None:
    _, result = toy_run
    row = next(row for row in result["scaling"] if row["devices"] == 4)
    guided = [
        one["seconds_per_image"]
        for one in result["sampling"]
        if one["what"] == "ours" and one["guidance"] == 1.5
    ]
    assert row["how"] == "computed"
    assert row["paint"] == min(guided)
    assert row["store"] > 0
    assert row["manifest_row"] > 0
    an_image = (row["paint"] + row["store"]) / 4 + row["manifest_row"]
    assert row["hours_1000000"] == pytest.approx(1e6 * an_image / 3600)


def test_the_cost_of_many_images_grows_with_what_one_process_does_alone() -> None:
    one, eight = cost(0.1, 0.01, 1), cost(0.1, 0.01, 8)
    assert one["images_per_second"] == pytest.approx(1 / 0.11)
    assert eight["images_per_second"] == pytest.approx(1 / (0.1 / 8 + 0.01))
    assert one[f"hours_{IMAGES[0]}"] == pytest.approx(20_000 * 0.11 / 3600)
    assert eight["gpu_hours"] == pytest.approx(8 * 1e6 * (0.1 / 8 + 0.01) / 3600)


def test_bookkeeping_is_measured_with_the_ledger_that_sample_writes(tmp_path: Path) -> None:
    store, listed = bookkeeping(TOY.networks[0], 5, tmp_path)
    assert store > 0
    assert listed > 0
    assert len((tmp_path / "images" / "manifest.csv").read_text().splitlines()) == 6


@pytest.mark.usefixtures("launched_here")
def test_several_devices_are_measured_through_accelerate_launch() -> None:
    rows = launched(replace(TOY, launched_images=2), TOY.networks[0], processes=2)
    assert rows[0]["images_per_second"] > 0
    assert rows[0]["hours_20000"] == pytest.approx(20_000 / rows[0]["images_per_second"] / 3600)


@pytest.mark.slow
def test_a_batch_that_the_memory_cannot_hold_does_not_end_the_sweep(results: Results) -> None:
    plan = replace(TOY, sampling_batches=(TOO_LARGE, 1), training_batches=(TOO_LARGE, 1))
    for part in (sampling_part(plan, plan.networks[0], CPU), training_part(plan, plan.networks[0], CPU)):
        carry_out(part, results, minutes=5)
    for kind in ("sampling", "training"):
        ours = {row["batch"]: row for row in results.rows(kind) if row["what"] == "ours"}
        assert ours[TOO_LARGE]["note"] == "does not fit"
        assert "note" not in ours[1]
        peer = next(row for row in results.rows(kind) if row["what"] == "diffusers")
        assert peer["batch"] == 1
    assert results.failures == []


def _counted(counts: dict[str, int], name: str) -> Task:
    def measure() -> list[dict[str, Any]]:
        counts[name] = counts.get(name, 0) + 1
        return [{"milliseconds": 1.0}]

    return Task(about={"what": name}, measure=measure)


def test_the_same_command_again_measures_what_is_missing_alone(tmp_path: Path) -> None:
    counts: dict[str, int] = {}
    for names in (["a"], ["a", "b"]):
        results = Results(tmp_path / "bench.json", {"device": "CPU"}, {})
        tasks = [_counted(counts, name) for name in names]
        carry_out(Part(kind="attention", tasks=lambda _, tasks=tasks: tasks), results, minutes=1)
    assert counts == {"a": 1, "b": 1}
    assert [row["what"] for row in json.loads(results.path.read_text())["attention"]] == ["a", "b"]


def test_a_figure_is_on_disk_before_the_next_one_is_begun(results: Results) -> None:
    def look() -> list[dict[str, Any]]:
        return [{"seen": [row["what"] for row in json.loads(results.path.read_text())["attention"]]}]

    tasks = [_counted({}, "a"), Task(about={"what": "b"}, measure=look)]
    carry_out(Part(kind="attention", tasks=lambda _: tasks), results, minutes=1)
    assert results.rows("attention")[1]["seen"] == ["a"]


def test_a_part_whose_time_is_over_ends_within_a_figure_and_names_what_it_left_out(results: Results) -> None:
    def endless() -> list[dict[str, Any]]:
        while True:
            pass

    counts: dict[str, int] = {}
    tasks = [_counted(counts, "a"), Task(about={"what": "b"}, measure=endless), _counted(counts, "c")]
    carry_out(Part(kind="attention", size=32, tasks=lambda _: tasks), results, minutes=0.2 / 60)
    assert counts == {"a": 1}
    told = json.loads(results.path.read_text())["left_out"]["attention 32 px"]
    assert "0.00333333 minutes were over before these were measured: what b; what c. Run the same" in told
    carry_out(Part(kind="attention", size=32, tasks=lambda _: tasks[::2]), results, minutes=1)
    assert counts == {"a": 1, "c": 1}
    assert results.sentences == []


def test_a_figure_that_fails_is_named_costs_no_other_and_is_tried_again(results: Results) -> None:
    def fail() -> list[dict[str, Any]]:
        raise RuntimeError("no compiler here\nand a long trace")

    counts: dict[str, int] = {}
    tasks = [Task(about={"what": "a"}, measure=fail), _counted(counts, "b")]
    carry_out(Part(kind="attention", tasks=lambda _: tasks), results, minutes=1)
    assert results.failures == [{"what": "a", "note": "failed: RuntimeError: no compiler here"}]
    carry_out(Part(kind="attention", tasks=lambda _: [_counted(counts, "a")]), results, minutes=1)
    assert results.failures == []
    assert [row["what"] for row in results.rows("attention")] == ["a", "b"]
    assert counts == {"a": 1, "b": 1}


def test_figures_of_another_machine_are_not_mixed_in(
    toy_run: tuple[Path, dict[str, Any]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, result = toy_run
    out = tmp_path / "bench.json"
    out.write_text(json.dumps({**result, "machine": {**result["machine"], "device": "Some GPU"}}))
    before = out.read_text()
    assert main(["--toy", "--parts", "kernels", "--out", str(out)]) == 1
    assert "device was Some GPU" in capsys.readouterr().err
    assert out.read_text() == before


def test_a_file_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    out = tmp_path / "bench.json"
    out.write_text("[1, 2]")
    with pytest.raises(GenerationError, match="holds no run of this benchmark"):
        Results(out, {}, {})
    assert out.read_text() == "[1, 2]"


def test_a_checkpoint_without_its_images_is_refused(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        main(["--toy", "--checkpoint", "a.safetensors", "--out", str(tmp_path / "bench.json")])
    assert "--checkpoint and --real go together" in capsys.readouterr().err


def test_a_checkpoint_that_is_none_is_refused_before_anything_is_measured(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "no.safetensors").write_bytes(b"no")
    words = ["--checkpoint", str(tmp_path / "no.safetensors"), "--real", str(tmp_path)]
    assert main(["--toy", *words, "--out", str(tmp_path / "bench.json")]) == 1
    assert "no.safetensors" in capsys.readouterr().err
    assert not (tmp_path / "bench.json").exists()


def test_a_size_that_is_not_measured_is_refused(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["--toy", "--sizes", "512", "--out", str(tmp_path / "bench.json")]) == 1
    assert "[512] px are not measured here; choose among [32]" in capsys.readouterr().err


def test_the_peer_has_as_many_parameters_as_asked() -> None:
    assert count_parameters(diffusers_network(64, 4_000_000)) == pytest.approx(4_000_000, rel=0.25)


def test_a_peer_that_is_not_installed_is_left_out_with_a_sentence(
    toy_run: tuple[Path, dict[str, Any]],
) -> None:
    _, result = toy_run
    assert lucidrains_package() is None
    told = result["left_out"]["lucidrains"]
    assert "denoising-diffusion-pytorch is not installed: it was left out." in told


def test_the_headline_networks_are_those_that_the_targets_are_about() -> None:
    assert [config.size for config in HEADLINE.networks] == [1024, 256, 128]
    assert HEADLINE.networks[0].unshuffle == 4
    assert HEADLINE.steps == 20
    assert HEADLINE.compile
