"""How long a web process takes to start and how much it holds, beside a bare Django project.

    python tests/bench/bench_start.py

Shortest of three runs of `django.setup()`, of gunicorn with one worker until its first answer, and the memory
of that worker. Processor time holds on a loaded machine, wall time only on a quiet one.
"""

from __future__ import annotations

import os
import resource
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
RUNS = 3
SETUP = "import django; django.setup()"
WEB = """
from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver
get_wsgi_application()
get_resolver().url_patterns
"""
BARE = {
    "bare_settings.py": """\
SECRET_KEY = "bench"
ALLOWED_HOSTS = ["*"]
ROOT_URLCONF = "bare_urls"
INSTALLED_APPS = ["django.contrib.auth", "django.contrib.contenttypes", "django.contrib.sessions",
    "django.contrib.messages", "django.contrib.staticfiles", "django.contrib.admin"]
MIDDLEWARE = ["django.middleware.security.SecurityMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware"]
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
""",
    "bare_urls.py": """\
from django.http import HttpResponse
from django.urls import path
urlpatterns = [path("health/live", lambda request: HttpResponse("alive"))]
""",
    "bare_wsgi.py": """\
from django.core.wsgi import get_wsgi_application
application = get_wsgi_application()
""",
}


def seconds_of(code: str, environment: dict[str, str]) -> tuple[float, float]:
    """Wall and processor time of a fresh Python that runs some code."""
    walls, used = [], []
    for _ in range(RUNS):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        subprocess.run([sys.executable, "-c", code], check=True, cwd=ROOT, env=environment)
        walls.append(time.perf_counter() - start)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(walls), min(used)


def first_answer(application: str, environment: dict[str, str]) -> tuple[float, float]:
    """Seconds until gunicorn answers, and the megabytes that its worker holds then."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    bind = ["--bind", f"127.0.0.1:{port}", "--workers", "1", "--log-level", "critical"]
    start = time.perf_counter()
    server = subprocess.Popen(
        [sys.executable, "-m", "gunicorn", application, *bind], cwd=ROOT, env=environment
    )
    try:
        while not answers(port):
            time.sleep(0.01)
        return time.perf_counter() - start, memory_of_child(server.pid)
    finally:
        server.terminate()
        server.wait()


def answers(port: int) -> bool:
    try:
        urllib.request.urlopen(f"http://127.0.0.1:{port}/health/live").close()
    except urllib.error.HTTPError:
        raise
    except OSError:
        return False
    return True


def memory_of_child(parent: int) -> float:
    children = Path(f"/proc/{parent}/task/{parent}/children").read_text().split()
    for line in Path(f"/proc/{children[0]}/status").read_text().splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return 0.0


def say(what: str, ours: float, bare: float, unit: str, wanted: str) -> None:
    ratio = f"{ours / bare:5.1f} of bare Django's {bare:.2f}"
    sys.stdout.write(f"{what:52s} {ours:7.2f} {unit:3s} {ratio}   {wanted and f'wanted: {wanted}'}\n")


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="readerstudy-bench-") as folder:
        for name, text in BARE.items():
            (Path(folder) / name).write_text(text)
        ours = {**os.environ, "READERSTUDY_HOME": folder, "DJANGO_SETTINGS_MODULE": "readerstudy.settings"}
        bare = {**os.environ, "PYTHONPATH": folder, "DJANGO_SETTINGS_MODULE": "bare_settings"}
        subprocess.run(
            [sys.executable, "manage.py", "migrate", "--verbosity", "0"], check=True, cwd=ROOT, env=ours
        )
        for what, code, wanted in (
            ("django.setup()", SETUP, "0.7"),
            ("the WSGI application with its URLs", WEB, ""),
        ):
            mine, theirs = seconds_of(code, ours), seconds_of(code, bare)
            say(what, mine[0], theirs[0], "s", wanted)
            say(f"{what}, processor time", mine[1], theirs[1], "s", "")
        mine = min(first_answer("readerstudy.wsgi", ours) for _ in range(RUNS))
        theirs = min(first_answer("bare_wsgi", bare) for _ in range(RUNS))
        say("gunicorn to its first answer", mine[0], theirs[0], "s", "1.4")
        say("memory of a worker", mine[1], theirs[1], "MB", "116")


if __name__ == "__main__":
    main()
