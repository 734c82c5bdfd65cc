"""A real server for tests: gunicorn with several workers on the test database, in processes of its own."""

import os
import signal
import subprocess
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from urllib.parse import quote
from urllib.request import urlopen

from django.db import connection

from readerstudy.truth.virtual.private_server import reserved_port

ROOT = Path(__file__).parents[2]
START_S = 60


def database_url() -> str:
    """The database that the running test uses, as another process names it."""
    settings = connection.settings_dict
    if connection.vendor == "sqlite":
        return f"sqlite:///{settings['NAME']}"
    return f"postgresql://{settings['USER']}@{quote(settings['HOST'], safe='')}/{settings['NAME']}"


class Server:
    """Serves until it is killed without a word; started again, it is at the same address."""

    def __init__(self, workers: int = 4, options: tuple[str, ...] = ("--preload",)) -> None:
        self.options = ("--workers", str(workers), *options)
        self.port = 0
        self.process: subprocess.Popen[bytes] | None = None
        self._claim = ExitStack()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        connection.close()
        command = [sys.executable, "-m", "gunicorn", "readerstudy.wsgi", "--bind", f"127.0.0.1:{self.port}"]
        options = ["--backlog", "512", "--log-level", "error", "--reuse-port"]
        self.process = subprocess.Popen(
            [*command, *options, *self.options],
            cwd=ROOT,
            env={**os.environ, "DATABASE_URL": database_url(), "PYTHONPATH": str(ROOT)},
            start_new_session=True,
        )
        self._wait()

    def _wait(self) -> None:
        deadline = time.monotonic() + START_S
        while time.monotonic() < deadline:
            try:
                urlopen(f"{self.url}/accounts/login/", timeout=5).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("The server did not start.")

    def kill(self) -> None:
        """SIGKILL to the master and every worker: nobody gets to clean up."""
        if self.process is not None:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def __enter__(self) -> "Server":
        self.port = self._claim.enter_context(reserved_port())
        self.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()
        self._claim.close()
