"""PgBouncer in transaction mode before the database of a benchmark."""

from __future__ import annotations

import os
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote, unquote, urlsplit

from tests.scratch import scratch_folder

if TYPE_CHECKING:
    from collections.abc import Iterator

PORT = 6432
CONFIG = """
[databases]
postgres = host={cluster} port=5432 dbname=postgres user=readerstudy
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {folder}
auth_type = any
pool_mode = transaction
default_pool_size = 8
max_client_conn = 1000
"""


@contextmanager
def pgbouncer() -> Iterator[dict[str, str]]:
    """A running pooler; what the environment of the platform's processes has to be."""
    program = shutil.which("pgbouncer") or "/usr/sbin/pgbouncer"
    if not Path(program).exists():
        raise SystemExit("PgBouncer is missing (Debian: apt-get install pgbouncer).")
    folder = scratch_folder("readerstudy-pooler-")
    folder.chmod(0o777)
    cluster = unquote(urlsplit(os.environ["DATABASE_URL"]).hostname or "")
    config = folder / "pgbouncer.ini"
    config.write_text(CONFIG.format(cluster=cluster, folder=folder, port=PORT))
    as_user = ["runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
    running = subprocess.Popen([*as_user, program, "-q", str(config)], cwd="/")
    try:
        while not (folder / f".s.PGSQL.{PORT}").exists():
            time.sleep(0.05)
        url = f"postgresql://readerstudy@{quote(str(folder), safe='')}:{PORT}/postgres"
        yield {"DATABASE_URL": url, "DATABASE_POOLER": "1"}
    finally:
        running.terminate()
        running.wait()
        shutil.rmtree(folder, ignore_errors=True)
