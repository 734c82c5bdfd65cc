"""A server of the platform's own for virtual readers, gone when they have read."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from socket import SO_REUSEPORT, SOL_SOCKET, socket
from urllib.error import URLError
from urllib.request import urlopen

from django.conf import settings

from readerstudy.truth.virtual.browser import ServerRefused

STARTS_WITHIN_S = 60


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
        command = [sys.executable, "-m", "gunicorn", "readerstudy.wsgi", "--bind", f"127.0.0.1:{port}"]
        command += ["--reuse-port", "--workers", "2", "--threads", "4", "--log-level", "warning"]
        process = subprocess.Popen(command, cwd=settings.BASE_DIR)  # noqa: S603  (made of names written here)
        server = f"http://127.0.0.1:{port}"
        try:
            _wait_for(server, process)
            yield server
        finally:
            process.terminate()
            process.wait(timeout=30)


def _wait_for(server: str, process: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urlopen(f"{server}/accounts/login/", timeout=5).close()  # noqa: S310
            return
        except (URLError, OSError):
            time.sleep(0.2)
    raise ServerRefused(
        f"The private server at {server} did not start. Run the platform and name it: --url …"
    )
