"""Other programs run the same network: nearly the same picture, under a name of their own."""

import dataclasses
import importlib.util
import json
import threading
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from generation import SampleRequest, sample
from generation.__main__ import main
from generation.checkpoints import load_checkpoint
from generation.errors import OutputError, RequestError
from generation.sampling import backends, installed
from generation.sampling.backends import FastNetwork, exported
from generation.sampling.request import Backend

FAST: tuple[Backend, ...] = ("openvino", "onnxruntime")


@pytest.fixture(autouse=True)
def caches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "caches"))
    return tmp_path / "caches"


@pytest.fixture
def request_(tiny_checkpoint: Path, tmp_path: Path) -> SampleRequest:
    return SampleRequest(
        count=3,
        out=tmp_path / "torch",
        checkpoint=tiny_checkpoint,
        steps=3,
        cpu=True,
        conditions={"age": None},
    )


def needs(backend: str) -> None:
    if backend not in installed.installed_backends():
        pytest.skip(f"the extra fast-cpu, with {backend}, is not installed")


def grey(folder: Path) -> np.ndarray:
    return np.stack([np.asarray(Image.open(path)) for path in sorted(folder.glob("*.png"))]).astype(float)


@pytest.mark.parametrize("guidance", [1.0, 2.0])
@pytest.mark.parametrize("backend", FAST)
def test_a_backend_draws_what_torch_draws_and_says_its_name(
    request_: SampleRequest, tmp_path: Path, backend: Backend, guidance: float
) -> None:
    needs(backend)
    request_ = dataclasses.replace(request_, guidance=guidance)
    sample(request_)
    other = dataclasses.replace(request_, out=tmp_path / backend, backend=backend)
    sample(other)
    assert np.abs(grey(other.out) - grey(request_.out)).max() <= 0.001 * 65535
    assert json.loads((other.out / "request.json").read_text())["backend"] == backend
    assert "backend" not in json.loads((request_.out / "request.json").read_text())
    with pytest.raises(OutputError, match=f"backend was None, is {backend}"):
        sample(dataclasses.replace(request_, backend=backend))


@pytest.mark.parametrize("backend", FAST)
def test_its_bytes_are_the_same_whatever_the_number_of_threads(
    request_: SampleRequest, tmp_path: Path, backend: Backend
) -> None:
    needs(backend)
    one, three = (
        dataclasses.replace(request_, out=tmp_path / str(threads), backend=backend, threads=threads)
        for threads in (1, 3)
    )
    sample(one)
    sample(three)
    assert (grey(one.out) == grey(three.out)).all()


def test_a_network_is_exported_once(tiny_checkpoint: Path, caches: Path) -> None:
    needs("onnxruntime")
    first = exported(load_checkpoint(tiny_checkpoint))
    before = first.stat().st_mtime_ns
    assert exported(load_checkpoint(tiny_checkpoint)).stat().st_mtime_ns == before
    assert [path.name for path in (caches / "readerstudy").iterdir()] == [first.name]


def test_without_the_extra_a_named_backend_is_refused_and_fast_is_torch(
    monkeypatch: pytest.MonkeyPatch,
    request_: SampleRequest,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match="openvino is not installed: `pip install"):
        sample(dataclasses.replace(request_, backend="openvino"))
    words = ["sample", "--checkpoint", str(request_.checkpoint), "--count", "1", "--steps", "1", "--cpu"]
    assert main([*words, "--backend", "onnxruntime", "--out", str(tmp_path / "refused")]) == 1
    assert not (tmp_path / "refused").exists()
    assert main([*words, "--backend", "fast", "--out", str(tmp_path / "fast")]) == 0
    assert "No fast backend is installed" in capsys.readouterr().out
    assert "backend" not in json.loads((tmp_path / "fast" / "request.json").read_text())


def test_what_a_backend_cannot_do_is_refused(request_: SampleRequest) -> None:
    with pytest.raises(RequestError, match="onnxruntime computes in float32"):
        dataclasses.replace(request_, backend="onnxruntime", precision="bfloat16")
    with pytest.raises(RequestError, match="--compile is torch's"):
        dataclasses.replace(request_, backend="openvino", compiled=True)


def test_the_first_pass_is_over_before_threads_begin(
    tiny_checkpoint: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two threads in OpenVINO's first pass may wait for each other for ever."""
    passed: list[int] = []

    def run(inputs: list[np.ndarray]) -> np.ndarray:
        passed.append(threading.get_ident())
        return inputs[0]

    monkeypatch.setattr(backends, "backend_of", lambda name: (name, ""))
    monkeypatch.setattr(backends, "_openvino", lambda *settings: lambda: run)
    FastNetwork(load_checkpoint(tiny_checkpoint), backend="openvino", precision="float32", threads=2)
    assert passed == [threading.get_ident()]
