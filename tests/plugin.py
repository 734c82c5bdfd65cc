"""The ground the tests stand on, laid before Django starts: a home of their own and the database asked for.

`pytest` tests on SQLite; `pytest --database postgresql` starts a private PostgreSQL server on a socket in a
temporary folder and takes it down afterwards. There it runs what PostgreSQL may answer otherwise.
What a page does with what it is told depends on no database, so that pages are marked whose own statements
are more than simple (`both_databases`); the table of permissions opens each page for each role all the same.
"""

import os
import shutil
from collections.abc import Generator
from pathlib import Path

import pytest

from tests.postgresql import Cluster
from tests.scratch import scratch_folder

_HOME = pytest.StashKey[Path]()
_CLUSTER = pytest.StashKey[Cluster]()
#: The fixtures by which pytest-django opens the database.
DATABASE_FIXTURES = {"db", "transactional_db", "live_server"}
#: Rooms that make pages of what the rooms below them tell.
PAGES = {"desk", "translations"}


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--database",
        choices=("sqlite", "postgresql"),
        default="sqlite",
        help="the database to test the platform on; postgresql starts a private server",
    )


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None, None, None]:
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker is None:
        _prepare(early_config)
    else:
        # Row numbers and short names repeat in every process; what lies in folders called so must not meet.
        os.environ["READERSTUDY_HOME"] = str(Path(os.environ["READERSTUDY_HOME"]) / worker)
    return (yield)


def _prepare(config: pytest.Config) -> None:
    home = scratch_folder("readerstudy-tests-")
    config.stash[_HOME] = home
    for name in ("READERSTUDY_ENV", "STORAGE_URL", "EMAIL_URL", "DATABASE_URL", "SECRETS_KEY_FILE"):
        os.environ.pop(name, None)
    os.environ["READERSTUDY_HOME"] = str(home / "home")
    os.environ["READERSTUDY_TESTS"] = "1"
    # Hundreds of processes start in a run; without bytecode each would compile the platform for seconds.
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    # Small matrices on many threads wait for each other more than they compute.
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
        os.environ.setdefault(name, "1")
    if config.known_args_namespace.database == "postgresql":
        cluster = Cluster()
        config.stash[_CLUSTER] = cluster
        os.environ["DATABASE_URL"] = cluster.url


@pytest.hookimpl(optionalhook=True, tryfirst=True)
def pytest_xdist_auto_num_workers() -> int:
    """One more than there are cores: tests that wait for a browser, a server or the disk leave one idle."""
    return (os.cpu_count() or 1) + 1


def depends_on_the_database(item: pytest.Item) -> bool:
    """Tell whether PostgreSQL may answer this test differently from SQLite."""
    fixtures = set(getattr(item, "fixturenames", ()))
    marker = item.get_closest_marker("django_db")
    if "browser" in fixtures or not (marker or fixtures & DATABASE_FIXTURES):
        return False
    if item.get_closest_marker("one_database"):
        return False
    if item.get_closest_marker("both_databases"):
        return True
    at_once = fixtures & (DATABASE_FIXTURES - {"db"}) or (marker and marker.kwargs.get("transaction"))
    return bool(at_once or PAGES.isdisjoint(item.path.parts))


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.database == "sqlite":
        return
    left_out = [item for item in items if not depends_on_the_database(item)]
    items[:] = [item for item in items if depends_on_the_database(item)]
    config.hook.pytest_deselected(items=left_out)


def pytest_unconfigure(config: pytest.Config) -> None:
    if _CLUSTER in config.stash:
        config.stash[_CLUSTER].stop()
    if _HOME in config.stash:
        shutil.rmtree(config.stash[_HOME], ignore_errors=True)
