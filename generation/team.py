"""The processes that share a job: one, or those of `accelerate launch`."""

import os
from typing import Any

from generation.devices import usable_device


class Team:
    """Who else works on this, and how to wait for them."""

    def __init__(self, *, cpu: bool = False) -> None:
        self.state: Any = None
        self.size, self.number = 1, 0
        self.device = usable_device(cpu=cpu)
        if int(os.environ.get("WORLD_SIZE", "1")) > 1:
            from accelerate import PartialState

            self.state = PartialState(cpu=self.device.type == "cpu")
            self.size, self.number = self.state.num_processes, self.state.process_index
            self.device = self.state.device

    @property
    def first(self) -> bool:
        return self.number == 0

    def wait(self) -> None:
        if self.state is not None:
            self.state.wait_for_everyone()
