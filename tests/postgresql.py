"""A PostgreSQL server for the tests alone: a socket in a temporary folder, no port, gone afterwards."""

import os
import shutil
import subprocess
from pathlib import Path
from urllib.parse import quote

from tests.scratch import scratch_folder

INSTALL = "Install it (Debian: apt-get install postgresql) or run the tests without --database postgresql."


class PostgreSQLMissing(RuntimeError):
    """No PostgreSQL server program was found."""


def server_programs() -> Path:
    """The folder of initdb and pg_ctl, newest version first."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda p: float(p.parts[-3]))
    if found:
        return found[-1].parent
    on_path = shutil.which("initdb")
    if on_path is None:
        raise PostgreSQLMissing(f"No PostgreSQL server program was found. {INSTALL}")
    return Path(on_path).resolve().parent


class Cluster:
    """A running server. It refuses root, so root runs it as the user `postgres`.

    Tests need no data that survives a power cut; only what measures speed asks for a `durable` one.
    """

    def __init__(self, *, durable: bool = False) -> None:
        self.folder = scratch_folder("readerstudy-pg-")
        self.programs = server_programs()
        self.as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
        if self.as_user:
            shutil.chown(self.folder, "postgres")
        self.folder.chmod(0o755)
        data = self.folder / "data"
        self._run("initdb", "-D", data, "-U", "readerstudy", "-A", "trust", "-E", "UTF8", "--no-sync")
        hasty = "" if durable else "-c fsync=off -c synchronous_commit=off -c full_page_writes=off "
        options = f"-k {self.folder} -c listen_addresses='' {hasty}-c max_connections=250"
        self._run("pg_ctl", "-D", data, "-w", "-l", self.folder / "log", "-o", options, "start")

    @property
    def url(self) -> str:
        return f"postgresql://readerstudy@{quote(str(self.folder), safe='')}/postgres"

    def stop(self) -> None:
        self._run("pg_ctl", "-D", self.folder / "data", "-m", "immediate", "stop")
        shutil.rmtree(self.folder, ignore_errors=True)

    def _run(self, program: str, *arguments: str | Path) -> None:
        command = [*self.as_user, str(self.programs / program), *map(str, arguments)]
        done = subprocess.run(
            command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stderr.strip()}")
