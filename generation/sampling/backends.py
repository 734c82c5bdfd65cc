"""Networks that run outside torch on a CPU: ONNX Runtime and OpenVINO, the extra `[fast-cpu]`.

Both read one ONNX file, written once a checkpoint and kept among the user's caches. Other programs round
otherwise, so the backend is part of a request.
"""

import os
import threading
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from generation.checkpoints import Checkpoint
from generation.errors import RequestError
from generation.models.denoiser import Denoiser
from generation.sampling.installed import backend_of
from generation.sampling.request import Backend, Precision

Run = Callable[[list[NDArray[Any]]], NDArray[np.float32]]
_NAMES = ("noisy", "timestep", "conditions")


class FastNetwork:
    """A denoiser in another program: one image at a time, each by one thread."""

    def __init__(
        self, checkpoint: Checkpoint, *, backend: Backend, precision: Precision, threads: int
    ) -> None:
        backend_of(backend)  # refuses what is not installed
        path = exported(checkpoint)
        self._runs = threading.local()
        if backend == "openvino":
            self._make = _openvino(path, precision, threads)
        else:
            run = _onnxruntime(path)
            self._make = lambda: run
        # OpenVINO sets itself up in the first pass; two threads in it at once wait for each other for ever.
        self(*example(checkpoint))

    def __call__(self, noisy: Tensor, timestep: Tensor, conditions: Tensor) -> Tensor:
        if not hasattr(self._runs, "run"):
            self._runs.run = self._make()
        run: Run = self._runs.run
        rows = (
            run([noisy[i : i + 1].numpy(), timestep[i : i + 1].numpy(), conditions[i : i + 1].numpy()])
            for i in range(len(noisy))
        )
        return torch.from_numpy(np.concatenate(list(rows)))


def exported(checkpoint: Checkpoint) -> Path:
    """The checkpoint's network as ONNX, for one image: written where it is not there yet."""
    path = cache_folder() / f"{checkpoint.digest}-torch-{torch.__version__}.onnx"
    if path.is_file():
        return path
    path.parent.mkdir(parents=True, exist_ok=True)
    if not isinstance(checkpoint.network, Denoiser):
        raise RequestError("a WGAN-GP makes an image in one pass of torch. Leave --backend out.")
    unfinished = path.with_name(f"{path.name}.{os.getpid()}.part")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # the exporter says that another one is newer
        torch.onnx.export(
            checkpoint.network,
            example(checkpoint),
            str(unfinished),
            input_names=list(_NAMES),
            output_names=["predicted"],
            dynamo=False,
        )
    unfinished.replace(path)
    return path


def example(checkpoint: Checkpoint) -> tuple[Tensor, Tensor, Tensor]:
    """What the network takes, for one image."""
    size, space = checkpoint.size, checkpoint.space
    return torch.zeros(1, 1, size, size), torch.zeros(1, dtype=torch.int64), torch.zeros(1, len(space))


def cache_folder() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "readerstudy"


def _onnxruntime(path: Path) -> Run:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
    known = {given.name for given in session.get_inputs()}

    def run(inputs: list[NDArray[Any]]) -> NDArray[np.float32]:
        told = {name: value for name, value in zip(_NAMES, inputs, strict=True) if name in known}
        predicted: NDArray[np.float32] = session.run(None, told)[0]
        return predicted

    return run


def _openvino(path: Path, precision: Precision, threads: int) -> Callable[[], Run]:
    """Makes a run for each thread: a stream each, so that none waits for another and each is one thread."""
    import openvino

    core = openvino.Core()
    core.set_property({"CACHE_DIR": str(path.parent)})
    options = {
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bfloat16" else "f32",
        "INFERENCE_NUM_THREADS": threads,
        "NUM_STREAMS": threads,
    }
    compiled = core.compile_model(str(path), "CPU", options)
    known = {next(iter(given.names)) for given in compiled.inputs}

    def make() -> Run:
        request = compiled.create_infer_request()

        def run(inputs: list[NDArray[Any]]) -> NDArray[np.float32]:
            told = {name: value for name, value in zip(_NAMES, inputs, strict=True) if name in known}
            predicted: NDArray[np.float32] = np.array(request.infer(told)[0])
            return predicted

        return run

    return make
