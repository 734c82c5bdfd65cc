"""Processes for work that one core does too slowly, none of which outlives the command."""

import multiprocessing
import os
import threading
from concurrent.futures import ProcessPoolExecutor


def process_pool(processes: int) -> ProcessPoolExecutor:
    """Return a pool whose processes end with their parent."""
    # torch has threads: a forked process would wait for ever for a lock that one of them held.
    context = multiprocessing.get_context("spawn")
    return ProcessPoolExecutor(processes, mp_context=context, initializer=_end_with_parent)


def _end_with_parent() -> None:
    """A killed parent cannot stop its workers, which would draw on and then wait for ever."""
    threading.Thread(target=_wait_for_parent, daemon=True).start()


def _wait_for_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
