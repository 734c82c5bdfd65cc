"""200 readers for a minute while the server is killed again and again: nothing lost, nothing doubled.

    python tests/bench/bench_kills.py [--database sqlite] [--readers 200] [--seconds 60] [--kills 5]

The readers send each answer until it is acknowledged. Afterwards every acknowledged answer is there once, and
answers, tally and log agree. Ends with 1 if anything is wrong.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.full_desk import a_platform  # noqa: E402

TRIALS = 60


def read_under_kills(readers: int, seconds: float, kills: int) -> list[str]:
    from tests.bench.bench_answers import a_read_study
    from tests.readerstudy.persistent_readers import faults_of, persistent_readers, read_together
    from tests.readerstudy.server import Server

    made = a_read_study("kills", trials=TRIALS, readers=readers)
    names = tuple(f"kills-{n}" for n in range(readers))
    with Server(workers=2, options=("--threads", "4", "--preload")) as server:
        reading = persistent_readers(made, names, server.port)
        threads = read_together(reading, seconds)
        for _ in range(kills):
            time.sleep(seconds / (kills + 1))
            server.kill()
            server.start()
        for thread in threads:
            thread.join()
    acknowledged = sum(len(reader.acknowledged) for reader in reading)
    faults = faults_of(made, reading)
    sys.stdout.write(
        f"{readers} readers, {seconds:.0f} s, {kills} kills: {acknowledged} answers acknowledged, "
        f"{len(faults)} faults\n"
    )
    return faults


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--database", choices=("postgresql", "sqlite"), default="postgresql")
    parser.add_argument("--readers", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60.0)
    parser.add_argument("--kills", type=int, default=5)
    given = parser.parse_args()
    with a_platform(durable=True, database=given.database):
        faults = read_under_kills(given.readers, given.seconds, given.kills)
    sys.stdout.writelines(f"  {fault}\n" for fault in faults)
    sys.exit(bool(faults))


if __name__ == "__main__":
    main()
