"""Which programs can run a network on this machine. No torch here."""

import importlib.util
from typing import Literal, get_args

from generation.errors import RequestError
from generation.sampling.request import BACKENDS, Backend

Choice = Literal["torch", "onnxruntime", "openvino", "fast"]
CHOICES: tuple[Choice, ...] = get_args(Choice)
HOW = "`pip install 'readerstudy[fast-cpu]'`"


def installed_backends() -> list[Backend]:
    """The fastest first; torch is always there. The others read what the package onnx writes."""
    exports = _there("onnx")
    return [name for name in BACKENDS if name == "torch" or (exports and _there(name))]


def backend_of(choice: Choice) -> tuple[Backend, str]:
    """The backend that a user's word stands for, and a sentence where it is not what was hoped for."""
    found = installed_backends()
    if choice == "fast":
        told = "" if len(found) > 1 else f"No fast backend is installed ({HOW}): torch makes the images."
        return found[0], told
    if choice not in found:
        raise RequestError(f"{choice} is not installed: {HOW}, or leave --backend out.")
    return choice, ""


def _there(module: str) -> bool:
    return importlib.util.find_spec(module) is not None
