"""How many answers a second are acknowledged, what one costs, and how that grows.

    python tests/bench/bench_answers.py [--quick] [--label-studio FOLDER] [--workers 1 2 4] [--ways]

PostgreSQL with fsync and gunicorn with two workers of four threads, on this machine together with the
readers. The floor is a hand-written program that stores the same answers durably with a chained log and does
nothing else; the peer is Label Studio in an environment of its own, served alike. Figures in processor time
hold on a loaded machine, those by the clock only on a quiet one. `--workers` instead measures answers a
second by the number of workers, `--ways` by how processes speak to PostgreSQL.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import secrets
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import HTTPError

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tests.bench.full_desk import a_platform  # noqa: E402
from tests.bench.label_studio import MISSING, environment_in, label_studio  # noqa: E402
from tests.bench.pooler import pgbouncer  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.readerstudy.factory import Locked

HZ = os.sysconf("SC_CLK_TCK")
QUARTETS = """
[[sections]]
name = "quartets"
task = "pick_real"
trials = {trials}
compose = {{ hospital-canary = 1, checkpoint-canary = 2, gan-canary = 1 }}
rate = true
"""
FLOOR_TABLES = """
CREATE TABLE floor_stream (id int PRIMARY KEY, length int, head text);
CREATE TABLE floor_event (stream int, number int, previous text, digest text, PRIMARY KEY (stream, number));
CREATE TABLE floor_answer (id uuid PRIMARY KEY, stream int, pick int, ratings jsonb);
"""


def a_read_study(slug: str, *, trials: int, readers: int) -> Locked:
    from tests.readerstudy.factory import a_locked_study, protocol_text

    text = protocol_text(sections=QUARTETS.format(trials=trials), title=slug)
    text = text.replace("places = 4", f"places = {readers}").replace("readers = 2", f"readers = {readers}")
    names = tuple(f"{slug}-{n}" for n in range(readers))
    return a_locked_study(text, slug=slug, readers=names)


def sessions_of(made: Locked, names: list[str]) -> list[dict[str, str]]:
    found = []
    for name in names:
        client = made.client(name)
        session = client.cookies["sessionid"].value
        found.append({"study": made.study.slug, "session": session, "csrf": secrets.token_hex(16)})
    return found


def processor_s(pids: list[int]) -> float:
    """Processor time of processes and of all below them, those that have ended included."""
    total = 0.0
    for pid in pids:
        fields = Path(f"/proc/{pid}/stat").read_text().rsplit(") ", 1)[1].split()
        total += sum(map(int, fields[11:15])) / HZ
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
        total += processor_s([int(child) for child in children if Path(f"/proc/{child}").exists()])
    return total


def postmaster() -> int:
    from urllib.parse import unquote, urlsplit

    folder = unquote(urlsplit(os.environ["DATABASE_URL"]).hostname or "")
    return int((Path(folder) / "data" / "postmaster.pid").read_text().split()[0])


def a_free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def wait_for(port: int) -> None:
    for _ in range(1_200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/favicon.ico").close()
        except HTTPError:
            return
        except OSError:
            time.sleep(0.1)
        else:
            return


@contextmanager
def gunicorn(workers: int = 2, settings: dict[str, str] | None = None) -> Iterator[tuple[int, int]]:
    """The platform, served; its process and its port."""
    port = a_free_port()
    bind = [
        "--bind",
        f"127.0.0.1:{port}",
        "--workers",
        str(workers),
        "--threads",
        "4",
        "--log-level",
        "warning",
    ]
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", "readerstudy.wsgi", *bind],
        cwd=ROOT,
        env=os.environ | (settings or {}),
    )
    try:
        wait_for(port)
        yield server.pid, port
    finally:
        server.terminate()
        server.wait()


def load(port: int, sessions: list[dict[str, Any]], seconds: float, *extra: str) -> dict[str, Any]:
    program = [sys.executable, str(Path(__file__).with_name("reading_sessions.py"))]
    done = subprocess.run(
        [*program, str(port), str(seconds), *extra],
        input=json.dumps(sessions),
        capture_output=True,
        text=True,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def say(what: str, figures: str) -> None:
    sys.stdout.write(f"{what:44} {figures}\n")
    sys.stdout.flush()


@dataclass(frozen=True, kw_only=True)
class Measured:
    """Answers a second, and the processor time of one in milliseconds, the database's included."""

    per_second: float
    cost_ms: float


def measured(
    what: str, server: int, port: int, sessions: list[dict[str, Any]], seconds: float, *extra: str
) -> Measured:
    """Load the server and print what came of it."""
    before = processor_s([server]), processor_s([postmaster()])
    found = load(port, sessions, seconds, *extra)
    python_s, database_s = processor_s([server]) - before[0], processor_s([postmaster()]) - before[1]
    count, took = found["answers"], found["latencies"]
    cost_ms = 1000 * (python_s + database_s) / count
    say(
        what,
        f"{count / found['seconds']:7.1f} /s   p50 {1000 * took[count // 2]:6.0f} ms   "
        f"p99 {1000 * took[int(0.99 * count)]:6.0f} ms   processor {1000 * python_s / count:5.1f} + "
        f"{1000 * database_s / count:4.1f} ms",
    )
    return Measured(per_second=count / found["seconds"], cost_ms=cost_ms)


def floor(connections: int, seconds: float) -> float:
    """Store answers with a chained log by hand; the processor time of one in milliseconds."""
    import psycopg

    url = os.environ["DATABASE_URL"]
    with psycopg.connect(url, autocommit=True) as setting_up:
        for statement in FLOOR_TABLES.split(";\n"):
            if statement.strip():
                setting_up.execute(statement)
        for n in range(connections):
            setting_up.execute("INSERT INTO floor_stream VALUES (%s, 0, '')", (n,))
    counts = [0] * connections
    before, used = processor_s([postmaster()]), time.process_time()
    until = time.perf_counter() + seconds
    threads = [threading.Thread(target=_store, args=(url, n, counts, until)) for n in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    cost_s = processor_s([postmaster()]) - before + time.process_time() - used
    say(
        f"floor: by hand, {connections} connections",
        f"{sum(counts) / seconds:7.1f} /s   processor {1000 * cost_s / sum(counts):5.2f} ms",
    )
    return 1000 * cost_s / sum(counts)


def _store(url: str, stream: int, counts: list[int], until: float) -> None:
    import psycopg

    with psycopg.connect(url, prepare_threshold=1) as connection:
        while time.perf_counter() < until:
            with connection.transaction():
                number, head = connection.execute(
                    "SELECT length, head FROM floor_stream WHERE id = %s FOR UPDATE", (stream,)
                ).fetchone() or (0, "")
                uuid = secrets.token_hex(16)
                digest = hashlib.sha256(f"{head}{uuid}".encode()).hexdigest()
                connection.execute(
                    "INSERT INTO floor_answer VALUES (%s, %s, 1, '{\"A\": 3}')", (uuid, stream)
                )
                connection.execute(
                    "INSERT INTO floor_event VALUES (%s, %s, %s, %s)", (stream, number + 1, head, digest)
                )
                connection.execute(
                    "UPDATE floor_stream SET length = %s, head = %s WHERE id = %s",
                    (number + 1, digest, stream),
                )
            counts[stream] += 1


def statements_of_an_answer(made: Locked, name: str) -> int:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    client, root = made.client(name), f"/api/reading/{made.study.slug}/"
    state = client.get(f"{root}state").json()
    for _ in range(2):
        shown = state["current"]
        answer = {"pick": "A", "ratings": {image["slot"]: 3 for image in shown["images"]}}
        body = {"client_uuid": secrets.token_hex(16), "answer": answer, "timing": {"response_ms": 4000}}
        with CaptureQueriesContext(connection) as asked:
            given = client.post(f"{root}presentations/{shown['token']}/response", body, "application/json")
        state = given.json()["state"]
    return len(asked)


def growth(trials: int) -> float:
    """The processor time of an answer in a section so long, in this process and the database."""
    made = a_read_study(f"long-{trials}", trials=trials, readers=1)
    name = f"long-{trials}-0"
    client, root = made.client(name), f"/api/reading/{made.study.slug}/"
    state = client.get(f"{root}state").json()

    def answer_some(count: int) -> None:
        nonlocal state
        for _ in range(count):
            shown = state["current"]
            answer = {"pick": "A", "ratings": {image["slot"]: 3 for image in shown["images"]}}
            body = {"client_uuid": secrets.token_hex(16), "answer": answer, "timing": {}}
            given = client.post(f"{root}presentations/{shown['token']}/response", body, "application/json")
            state = given.json()["state"]

    answer_some(5)
    before, used = processor_s([postmaster()]), time.process_time()
    answer_some(40)
    return 1000 * (processor_s([postmaster()]) - before + time.process_time() - used) / 40


def beside_label_studio(folder: Path, ours: Measured, readers: int, seconds: float) -> None:
    port = a_free_port()
    with label_studio(folder, readers=readers, tasks=2_000, port=port) as (server, sessions):
        wait_for(port)
        load(port, sessions[:4], 1.0, "--label-studio")
        theirs = measured(
            f"Label Studio, {readers} sessions", server, port, sessions, seconds, "--label-studio"
        )
    say("answers a second over Label Studio's", f"{ours.per_second / theirs.per_second:7.1f} x   (wanted: 5)")
    say("Label Studio's processor time over ours", f"{theirs.cost_ms / ours.cost_ms:7.1f} x")


def of_answers(given: argparse.Namespace) -> None:
    seconds, readers, trials = (4.0, 20, 30) if given.quick else (20.0, 100, 60)
    made = a_read_study("answers", trials=trials, readers=readers + 3)
    names = [f"answers-{n}" for n in range(readers + 3)]
    half = readers // 2
    say("statements of an answer", f"{statements_of_an_answer(made, names[-1]):7d}")
    with gunicorn() as (server, port):
        sessions = sessions_of(made, names)
        load(port, sessions[readers:], 1.0)
        ours = measured(f"{half} sessions", server, port, sessions[:half], seconds)
        rest = sessions[half:readers]
        whole = measured(f"{half} sessions, four images a trial", server, port, rest, seconds, "--pixels")
    say("processor time of fetching an image", f"{(whole.cost_ms - ours.cost_ms) / 4:7.2f} ms")
    say(
        "processor time over the floor's",
        f"{ours.cost_ms / floor(7, seconds / 2):7.1f} x   (wanted: at most 8)",
    )
    if given.label_studio:
        beside_label_studio(given.label_studio, ours, half, seconds)
    else:
        sys.stdout.write(f"{MISSING}\n")
    for trials in (60, 600) if given.quick else (60, 600, 2_000):
        say(f"an answer among {trials} trials", f"{growth(trials):7.1f} ms of processor")


def by_workers(counts: list[int], seconds: float) -> None:
    for count in counts:
        made = a_read_study(f"workers-{count}", trials=120, readers=40)
        sessions = sessions_of(made, [f"workers-{count}-{n}" for n in range(40)])
        with gunicorn(count) as (server, port):
            load(port, sessions[:4], 1.0)
            measured(f"{count} workers, 40 sessions", server, port, sessions, seconds)


#: How processes can speak to PostgreSQL; each is measured alike.
WAYS: dict[str, dict[str, str]] = {
    "statements prepared": {},
    "not prepared": {"DATABASE_POOLER": "1"},
    "prepared, 4 connections a process": {"DATABASE_CONNECTIONS": "4"},
}


def by_ways(seconds: float) -> None:
    with pgbouncer() as through_pooler:
        for number, (way, settings) in enumerate({**WAYS, "through PgBouncer": through_pooler}.items()):
            made = a_read_study(f"way-{number}", trials=120, readers=40)
            sessions = sessions_of(made, [f"way-{number}-{n}" for n in range(40)])
            with gunicorn(settings=settings) as (server, port):
                load(port, sessions[:4], 1.0)
                measured(f"40 sessions, {way}", server, port, sessions, seconds)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="a few seconds a figure")
    parser.add_argument("--workers", type=int, nargs="+", help="answers a second by the number of workers")
    parser.add_argument("--ways", action="store_true", help="the ways to speak to PostgreSQL, PgBouncer too")
    parser.add_argument(
        "--label-studio",
        type=Path,
        default=os.environ.get("LABEL_STUDIO") or None,
        metavar="FOLDER",
        help="an environment with Label Studio; made if the folder does not exist",
    )
    given = parser.parse_args()
    if given.label_studio:
        given.label_studio = Path(given.label_studio).absolute()
        environment_in(given.label_studio)
    with tempfile.TemporaryDirectory(), a_platform(durable=True):
        say("load of the machine before", f"{os.getloadavg()[0]:7.1f}")
        if given.workers:
            by_workers(given.workers, 4.0 if given.quick else 20.0)
        elif given.ways:
            by_ways(4.0 if given.quick else 20.0)
        else:
            of_answers(given)
        say("load of the machine after", f"{os.getloadavg()[0]:7.1f}")


if __name__ == "__main__":
    main()
