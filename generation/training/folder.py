"""The folder of a training run: new or empty, or begun by an earlier one, and for one job at a time."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from generation.errors import OutputError
from generation.files import gone_if_empty, held, readable_refusals

_OF_A_RUN = {"cache", "checkpoints", "state", "state.old", "state.safetensors", "tensorboard"}


@contextmanager
def run_folder(out: Path) -> Iterator[None]:
    with readable_refusals(out):
        out.mkdir(parents=True, exist_ok=True)
        there = {path.name for path in out.iterdir()}
        if there and not there & _OF_A_RUN:
            raise OutputError(
                f"{out} holds other things ({', '.join(sorted(there)[:3])}). Name a new or empty folder."
            )
        hold = held(out)
    with hold, gone_if_empty(out / "cache", out):
        yield
