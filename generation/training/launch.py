"""The accelerator of a run: what a card states, and nothing that the environment adds to it."""

import os

import torch
from accelerate import Accelerator
from accelerate.utils import GradientAccumulationPlugin, TorchDynamoPlugin

from generation.errors import RequestError

_SHARDED = {
    "ACCELERATE_USE_DEEPSPEED": "DeepSpeed",
    "ACCELERATE_USE_FSDP": "FSDP",
    "ACCELERATE_USE_MEGATRON_LM": "Megatron-LM",
}
TYPES = {"bfloat16": torch.bfloat16, "float16": torch.float16}


def launch_words(processes: int) -> list[str]:
    """Words for Python that start a command on so many devices, whatever the machine's configuration says."""
    words = f"-m accelerate.commands.launch --multi_gpu --num_processes {processes} --num_machines 1"
    return [*words.split(), "--mixed_precision", "no", "--dynamo_backend", "no"]


def make_accelerator(*, cpu: bool) -> Accelerator:
    """One process, or one of several with a whole copy of the network each.

    `accelerate launch` and its configuration file set precision, accumulation and compilation through the
    environment. A checkpoint's card states those of the configuration, so they are given here by name.
    """
    for variable, name in _SHARDED.items():
        if os.environ.get(variable, "false").lower() == "true":
            raise RequestError(
                f"{name} is not supported: every process keeps a whole copy of the network. "
                "Run `accelerate launch --multi_gpu` instead."
            )
    return Accelerator(
        cpu=cpu,
        mixed_precision="no",
        gradient_accumulation_plugin=GradientAccumulationPlugin(num_steps=1),
        dynamo_plugin=TorchDynamoPlugin(backend="no"),
    )


def refuse_missing_type(precision: str, device: torch.device) -> None:
    """Emulated bfloat16 is slower than float32: a GPU without it computes in float16."""
    if precision != "bfloat16" or device.type != "cuda":
        return
    if not torch.cuda.is_bf16_supported(including_emulation=False):
        raise RequestError(
            f"{torch.cuda.get_device_name(device)} has no bfloat16. Use precision=float16 or float32."
        )
