"""What a GPU would meet, without one: fake CUDA tensors, its memory layout, and several processes."""

import dataclasses
import json
import os
import select
import subprocess
import sys
import threading
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from safetensors.torch import load_file
from torch import nn
from torch._subclasses.fake_tensor import FakeTensorMode

from generation import SampleRequest, load_checkpoint, sample
from generation.data import decoding
from generation.data.shards import Dataset, prepare_dataset
from generation.data.sources import read_source
from generation.errors import RequestError, StoppedError
from generation.evidence.extractors import NetworkExtractor
from generation.files import taking_turns
from generation.training import loop
from generation.training.appraisal import Appraiser
from generation.training.batches import Batch
from generation.training.config import TrainConfig
from generation.training.launch import make_accelerator
from generation.training.loop import train
from generation.wgan.train import WganTraining, train_wgan

ROOT = Path(__file__).parents[2]


def test_a_batch_that_is_on_the_gpu_already_is_not_pinned() -> None:
    with FakeTensorMode():
        parts = {
            name: torch.zeros(2, device="cuda")
            for name in ("images", "conditions", "noise", "timesteps", "changes")
        }
        moved = Batch(**parts).on(torch.device("cuda"))
    assert {part.device for part in moved} == {torch.device("cuda:0")}


@pytest.fixture
def gpu_layout(monkeypatch: pytest.MonkeyPatch) -> None:
    """Weights lie in memory as they do on a GPU."""

    def channels_last(network: nn.Module, device: torch.device) -> None:
        network.to(device).to(memory_format=torch.channels_last)  # type: ignore[call-overload]

    monkeypatch.setattr(loop, "lay_out", channels_last)


@pytest.mark.usefixtures("gpu_layout")
def test_a_resumed_run_keeps_the_memory_layout_of_the_gpu(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    space = dataset.space(["grade"])
    train(dataset, space, dataclasses.replace(tiny, steps=2), tmp_path, cpu=True)
    run = loop._Run(dataset, space, tiny, tmp_path, start_from=None, cpu=True)
    run.close()
    assert run.step == 2
    network = run.accelerator.unwrap_model(run.network)
    for parameter in network.parameters():
        for moment in run.optimiser.state[parameter].values():
            assert moment.dim() == 0 or moment.stride() == parameter.stride()
    weights = network.state_dict()
    assert any(not weight.is_contiguous() for weight in weights.values())
    for name, weight in run.average.weights.items():
        assert weight.stride() == weights[name].stride()


@pytest.mark.usefixtures("gpu_layout")
def test_a_resumed_run_in_the_layout_of_the_gpu_equals_an_uninterrupted_one(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    _resumes_to_the_bit(dataset, tiny, tmp_path)


def test_dropout_does_not_change_what_a_resumed_run_gives(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    dropping = dataclasses.replace(tiny.network, dropout=0.3)
    _resumes_to_the_bit(dataset, dataclasses.replace(tiny, network=dropping), tmp_path)


def test_a_run_in_float16_scales_its_loss_and_resumes_with_its_scale(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    _resumes_to_the_bit(dataset, dataclasses.replace(tiny, precision="float16"), tmp_path)
    facts = json.loads((tmp_path / "cut" / "state" / "state.json").read_text())
    assert facts["scaler"]["scale"] > 1


def _resumes_to_the_bit(dataset: Dataset, config: TrainConfig, folder: Path) -> None:
    space, config = dataset.space(["grade"]), dataclasses.replace(config, evaluate_every=4, judged_images=0)
    whole = train(dataset, space, config, folder / "whole", cpu=True)
    answers = iter([False, False, True])
    with pytest.raises(StoppedError):
        train(dataset, space, config, folder / "cut", cpu=True, should_stop=lambda: next(answers))
    resumed = train(dataset, space, config, folder / "cut", cpu=True)
    assert resumed.read_bytes() == whole.read_bytes()


def test_a_gpu_without_bfloat16_is_told_what_to_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_bf16_supported", lambda **_: False)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda _: "Tesla T4")
    with pytest.raises(RequestError, match="Tesla T4 has no bfloat16"):
        loop.refuse_missing_type("bfloat16", torch.device("cuda"))
    loop.refuse_missing_type("float16", torch.device("cuda"))


def test_the_environment_of_a_launcher_changes_neither_precision_nor_accumulation(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ACCELERATE_MIXED_PRECISION", "bf16")
    monkeypatch.setenv("ACCELERATE_GRADIENT_ACCUMULATION_STEPS", "4")
    monkeypatch.setenv("ACCELERATE_DYNAMO_BACKEND", "INDUCTOR")
    accelerator = make_accelerator(cpu=True)
    assert accelerator.mixed_precision == "no"
    assert accelerator.gradient_accumulation_steps == 1
    assert accelerator.state.dynamo_plugin.backend == "NO"


def test_a_launcher_that_shards_the_network_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACCELERATE_USE_FSDP", "true")
    with pytest.raises(RequestError, match="FSDP is not supported"):
        make_accelerator(cpu=True)


def test_another_number_of_processes_is_refused_on_resume(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    space = dataset.space(["grade"])
    train(dataset, space, dataclasses.replace(tiny, steps=2), tmp_path, cpu=True)
    path = tmp_path / "state" / "state.json"
    facts = json.loads(path.read_text())
    facts["identity"]["processes"] = 2
    path.write_text(json.dumps(facts))
    with pytest.raises(RequestError, match="processes was 2, is 1"):
        train(dataset, space, tiny, tmp_path, cpu=True)


def test_several_processes_cannot_train_one_wgan(
    dataset: Dataset, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(RequestError, match="trained by one process, and 2 would write the same files"):
        train_wgan(dataset, dataset.space(["grade"]), WganTraining(), tmp_path / "run", cpu=True)
    assert not (tmp_path / "run").exists()


def test_images_are_decoded_by_several_threads(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    films = _films(tmp_path / "films", 6)
    meeting, read = threading.Barrier(2, timeout=30), decoding.read_grey

    def together(path: Path) -> Any:
        meeting.wait()  # one thread alone would wait here in vain
        return read(path)

    monkeypatch.setattr(decoding, "read_grey", together)
    monkeypatch.setattr(os, "cpu_count", lambda: 2)
    assert len(prepare_dataset(read_source(films), size=16, cache=tmp_path / "cache")) == 6


def test_a_killed_decoding_goes_on_from_its_last_shard(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films, seen = _films(tmp_path / "films", 6), Counter[str]()
    read = decoding.read_grey

    def counted(path: Path) -> Any:
        seen[path.name] += 1
        return read(path)

    def killed(done: int, _: int) -> None:
        if done == 5:
            raise KeyboardInterrupt

    whole = prepare_dataset(read_source(films), size=16, cache=tmp_path / "whole").digest
    monkeypatch.setattr(decoding, "IMAGES_A_SHARD", 2)
    monkeypatch.setattr(decoding, "read_grey", counted)
    with pytest.raises(KeyboardInterrupt):
        prepare_dataset(read_source(films), size=16, cache=tmp_path / "cache", on_progress=killed)
    resumed = prepare_dataset(read_source(films), size=16, cache=tmp_path / "cache")
    assert [seen[f"{i}.png"] for i in range(4)] == [1, 1, 1, 1]
    assert resumed.digest == whole


def test_a_second_process_waits_for_the_first_without_a_time_limit_and_decodes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    films, cache = _films(tmp_path / "films", 4), tmp_path / "cache"
    (tmp_path / "second.py").write_text(
        "import sys\n"
        "from pathlib import Path\n"
        "from generation.data import shards\n"
        "from generation.data.sources import read_source\n"
        "def refuse(*_, **__): raise SystemExit('decoded a second time')\n"
        "shards.decode_all = refuse\n"
        "print('waiting', flush=True)\n"
        f"print(shards.prepare_dataset(read_source(Path({str(films)!r})), size=16, "
        f"cache=Path({str(cache)!r})).digest)\n"
    )
    with taking_turns(cache):
        second = subprocess.Popen(
            [sys.executable, "second.py"],
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            text=True,
        )
        assert second.stdout is not None
        assert select.select([second.stdout], [], [], 300)[0]
        assert second.stdout.readline() == "waiting\n"
        monkeypatch.setattr("generation.data.shards.taking_turns", lambda _: _Nothing())
        first = prepare_dataset(read_source(films), size=16, cache=cache)
    said, _ = second.communicate(timeout=300)
    assert (second.returncode, said.strip()) == (0, first.digest)


class _Nothing:
    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def _films(folder: Path, count: int) -> Path:
    folder.mkdir()
    rng = np.random.default_rng(3)
    for number in range(count):
        Image.fromarray(rng.integers(0, 256, (16, 16), dtype=np.uint8)).save(folder / f"{number}.png")
    return folder


def test_unnamed_conditions_are_drawn_as_whole_rows_of_the_training_table(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path
) -> None:
    paired = dataclasses.replace(
        dataset,
        labels={"grade": [i % 4 for i in range(len(dataset))], "site": [f"s{i % 4}" for i in range(40)]},
    )
    checkpoint = train(paired, paired.space(["grade", "site"]), tiny, tmp_path / "run", cpu=True)
    request = SampleRequest(count=12, out=tmp_path / "out", checkpoint=checkpoint, steps=1, threads=1)
    sample(request)
    rows = [line.split(",")[3:5] for line in (tmp_path / "out" / "manifest.csv").read_text().splitlines()[1:]]
    assert {(grade, site) for grade, site in rows} <= {(str(i), f"s{i}") for i in range(4)}
    asked = dataclasses.replace(request, out=tmp_path / "asked", count=6, conditions={"site": "s3"})
    sample(asked)
    rows = [
        line.split(",")[3:5] for line in (tmp_path / "asked" / "manifest.csv").read_text().splitlines()[1:]
    ]
    assert {tuple(row) for row in rows} == {("3", "s3")}


@pytest.mark.parametrize(
    ("changes", "said"),
    [({"guidance": 2.0}, "cannot be guided. Use guidance 1"), ({"conditions": {"grade": ""}}, "left open")],
)
def test_a_network_that_never_dropped_a_condition_is_neither_guided_nor_left_open(
    dataset: Dataset, tiny: TrainConfig, tmp_path: Path, changes: dict[str, Any], said: str
) -> None:
    config = dataclasses.replace(tiny, condition_dropout=0.0, steps=2)
    checkpoint = train(dataset, dataset.space(["grade"]), config, tmp_path / "run", cpu=True)
    with pytest.raises(RequestError, match=said):
        sample(SampleRequest(count=1, out=tmp_path / "out", checkpoint=checkpoint, **changes))
    assert not (tmp_path / "out").exists()


def test_the_sample_sheet_is_drawn_in_slices_of_the_training_batch(
    dataset: Dataset, tiny: TrainConfig, tiny_checkpoint: Path
) -> None:
    network = load_checkpoint(tiny_checkpoint).network
    appraiser = Appraiser(dataset, dataset.space(["grade", "side", "age"]), tiny, device=torch.device("cpu"))
    largest: list[int] = []
    network.register_forward_pre_hook(lambda _, given: largest.append(len(given[0])))
    assert len(appraiser._samples(network)) == 20  # type: ignore[arg-type]
    assert max(largest) == 2 * tiny.batch_size  # guidance asks twice


def test_the_latest_checkpoints_are_kept(dataset: Dataset, tiny: TrainConfig, tmp_path: Path) -> None:
    config = dataclasses.replace(tiny, checkpoint_every=1, keep_checkpoints=2)
    train(dataset, dataset.space(["grade"]), config, tmp_path, cpu=True)
    names = sorted(path.name for path in (tmp_path / "checkpoints").iterdir())
    assert names == [f"step-000000{n}.{kind}" for n in (3, 4) for kind in ("json", "safetensors")]


def test_progress_is_told_after_the_first_step(dataset: Dataset, tiny: TrainConfig, tmp_path: Path) -> None:
    told: list[int] = []
    config = dataclasses.replace(tiny, evaluate_every=4)
    train(
        dataset,
        dataset.space([]),
        config,
        tmp_path,
        cpu=True,
        on_progress=lambda progress: told.append(progress.step),
    )
    assert told[0] == 1


def test_features_are_extracted_on_the_device_and_tell_their_progress() -> None:
    devices, told = set(), []

    def look(image: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        devices.add(image.device.type)
        return torch.zeros(len(image), 4), torch.zeros(len(image), 2)

    extractor = NetworkExtractor("fake", look, is_inception=False, device=torch.device("meta"))
    extractor.extract(np.zeros((70, 8, 8), np.uint8), on_progress=lambda *where: told.append(where))
    assert devices == {"meta"}
    assert told == [(64, 70), (70, 70)]


def test_a_state_is_saved_contiguous_whatever_the_layout(tiny_checkpoint: Path) -> None:
    state = load_file(tiny_checkpoint.parent.parent / "state" / "state.safetensors")
    assert all(tensor.is_contiguous() for tensor in state.values())
