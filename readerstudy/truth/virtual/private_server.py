"""Run a temporary server of the platform for virtual readers."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import SO_REUSEPORT, SOL_SOCKET, socket
from urllib.error import URLError

from django.conf import settings

from readerstudy.truth.virtual.browser import ServerRefused, opener_for

APPLICATION = "readerstudy.truth.private_wsgi"
STARTS_WITHIN_S = 300  # one that has ended is not waited for
ENDS_WITHIN_S = 30


@contextmanager
def reserved_port() -> Iterator[int]:
    """A port of this machine that nobody else is given: a server binds it beside us, with --reuse-port."""
    with socket() as claim:
        claim.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
        claim.bind(("127.0.0.1", 0))
        yield claim.getsockname()[1]


@contextmanager
def private_server() -> Iterator[str]:
    """A server of the platform on a free port of this machine, for as long as the block lasts."""
    with reserved_port() as port:
        command = [sys.executable, "-m", "gunicorn", APPLICATION, "--bind", f"127.0.0.1:{port}"]
        command += ["--reuse-port", "--workers", "2", "--threads", "4", "--log-level", "warning"]
        alone = {**os.environ, "PIXELS_BY_NGINX": "0"}  # no nginx stands before it
        process = subprocess.Popen(command, cwd=settings.BASE_DIR, env=alone)  # noqa: S603  (made of names here)
        server = f"http://127.0.0.1:{port}"
        try:
            _wait_for(server, process)
            yield server
        finally:
            _end(process)


def _wait_for(server: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            opener_for(server).open(f"{server}/health/live", timeout=30).close()
            return
        except (URLError, OSError):
            time.sleep(0.2)
    why = (
        f"did not respond within {STARTS_WITHIN_S // 60} minutes. Try again when the machine is less busy"
        if process.poll() is None
        else "did not start; the log of the server or worker says why"
    )
    raise ServerRefused(f"The private server for virtual readers {why}.")


def _end(process: "subprocess.Popen[bytes]") -> None:
    """End it, by force if it does not listen, so that no server stays behind and no error hides another."""
    process.terminate()
    try:
        process.wait(timeout=ENDS_WITHIN_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(timeout=ENDS_WITHIN_S)
