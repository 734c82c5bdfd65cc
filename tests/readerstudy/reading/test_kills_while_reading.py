"""Readers who read on while the server is killed again and again lose nothing and double nothing.

`tests/bench/bench_kills.py` is the same with 200 readers for a minute.
"""

import time

import pytest

from tests.readerstudy.factory import a_locked_study, protocol_text
from tests.readerstudy.persistent_readers import faults_of, persistent_readers, read_together
from tests.readerstudy.server import Server

NAMES = tuple(f"r{n}" for n in range(8))
TRIALS, KILLS, PATIENCE_S = 6, 2, 240
PLACES = f"readers = {len(NAMES)}\nplaces = {len(NAMES)}"
TEXT = protocol_text(trials=TRIALS).replace("readers = 2\nplaces = 4", PLACES)


@pytest.mark.django_db(transaction=True)
@pytest.mark.slow
def test_eight_readers_finish_though_the_server_is_killed_twice() -> None:
    made = a_locked_study(TEXT, readers=NAMES)
    with Server(workers=2) as server:
        readers = persistent_readers(made, NAMES, server.port)
        threads = read_together(readers, PATIENCE_S)
        for kill in range(1, KILLS + 1):
            while sum(len(reader.acknowledged) for reader in readers) < 10 * kill:
                assert any(thread.is_alive() for thread in threads)
                time.sleep(0.01)
            server.kill()
            server.start()
        for thread in threads:
            thread.join()
    assert [len(reader.acknowledged) for reader in readers] == [TRIALS] * len(NAMES)
    assert faults_of(made, readers) == []
