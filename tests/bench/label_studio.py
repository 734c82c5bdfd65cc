"""Label Studio in an environment of its own, to be measured beside the platform.

Everything it needs comes from the folder of its environment; nothing of it is imported here.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import venv
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Iterator

VERSION = "1.23.0"
MISSING = (
    "Label Studio is missing, so nothing is measured beside the platform. Name its environment with "
    "--label-studio FOLDER or LABEL_STUDIO=FOLDER; a folder that does not exist yet becomes one."
)
# Runs in its environment: people with sessions, one project, tasks that everybody is to annotate.
PEOPLE = """
import json, sys, time
from importlib import import_module
import django
django.setup()
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.conf import settings
from organizations.models import Organization
from projects.models import Project
from tasks.models import Task
from users.models import User
readers, tasks = int(sys.argv[1]), int(sys.argv[2])
people = [User.objects.create(email=f"r{n}@example.org", username=f"r{n}") for n in range(readers)]
organization = Organization.create_organization(created_by=people[0], title="bench")
ratings = "".join(f'<Rating name="{l}" toName="image" maxRating="5"/>' for l in "ABCD")
picks = "".join(f'<Choice value="{l}"/>' for l in "ABCD")
image = '<Image name="image" value="$image"/>'
config = f'<View>{image}<Choices name="pick" toName="image">{picks}</Choices>{ratings}</View>'
project = Project.objects.create(title="quartets", label_config=config, created_by=people[0],
    organization=organization, maximum_annotations=readers)
Task.objects.bulk_create(
    Task(project=project, overlap=readers, data={"image": f"/static/{n}.png"}) for n in range(tasks))
found = []
for person in people:
    organization.users.add(person)
    person.active_organization = organization
    person.set_unusable_password()
    person.save()
    session = import_module(settings.SESSION_ENGINE).SessionStore()
    session.update({SESSION_KEY: str(person.pk), HASH_SESSION_KEY: person.get_session_auth_hash(),
        BACKEND_SESSION_KEY: "django.contrib.auth.backends.ModelBackend",
        "last_login": time.time(), "keep_me_logged_in": True})
    session.save()
    found.append({"project": project.pk, "session": session.session_key, "csrf": "c" * 32})
print("SESSIONS " + json.dumps(found))
"""


def environment_in(folder: Path) -> Path:
    """The interpreter of an environment with Label Studio, made first if the folder does not exist."""
    python = folder / "bin" / "python"
    if not folder.exists():
        sys.stdout.write(f"Installing Label Studio {VERSION} into {folder}; this takes minutes.\n")
        venv.create(folder, with_pip=True)
        install = [str(python), "-m", "pip", "install", "--quiet"]
        subprocess.run([*install, f"label-studio=={VERSION}", "gunicorn"], check=True)
    for package in ("label_studio", "gunicorn"):
        if not next(folder.glob(f"lib/*/site-packages/{package}"), None):
            raise SystemExit(
                f"{folder} lacks {package}. Install it there, or name a folder that does not exist."
            )
    return python


def _settings(database: str, home: str) -> dict[str, str]:
    socket = unquote(urlsplit(os.environ["DATABASE_URL"]).hostname or "")
    return {
        **{name: value for name, value in os.environ.items() if name in {"PATH", "HOME", "LANG"}},
        "DJANGO_SETTINGS_MODULE": "core.settings.label_studio",
        "DJANGO_DB": "default",
        "POSTGRE_HOST": socket,
        "POSTGRE_PORT": "5432",
        "POSTGRE_USER": "readerstudy",
        "POSTGRE_PASSWORD": "",
        "POSTGRE_NAME": database,
        "LABEL_STUDIO_BASE_DATA_DIR": home,
        "DEBUG": "false",
        "LOG_LEVEL": "ERROR",
        "COLLECT_ANALYTICS": "false",
        "LATEST_VERSION_CHECK": "false",
        "SENTRY_DSN": "",
        "FRONTEND_SENTRY_DSN": "",
        "SECRET_KEY": "bench" * 12,
    }


@contextmanager
def label_studio(folder: Path, *, readers: int, tasks: int, port: int) -> Iterator[tuple[int, Any]]:
    """A server with two workers of four threads on a database beside ours; its process and its sessions."""
    import psycopg

    python = environment_in(folder)
    root = next(folder.glob("lib/*/site-packages/label_studio"))
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE DATABASE label_studio")
    with tempfile.TemporaryDirectory() as home:
        settings = _settings("label_studio", home)
        run: dict[str, Any] = {"cwd": root, "env": settings, "check": True, "text": True}
        subprocess.run([python, "manage.py", "migrate", "-v", "0"], stdout=subprocess.DEVNULL, **run)
        made = subprocess.run([python, "-c", PEOPLE, str(readers), str(tasks)], stdout=subprocess.PIPE, **run)
        line = next(line for line in made.stdout.splitlines() if line.startswith("SESSIONS "))
        options = ["--bind", f"127.0.0.1:{port}", "--workers", "2", "--threads", "4", "--log-level", "error"]
        command = [str(python), "-m", "gunicorn", "core.wsgi", *options]
        server = subprocess.Popen(command, cwd=root, env=settings)
        try:
            yield server.pid, json.loads(line.removeprefix("SESSIONS "))
        finally:
            server.terminate()
            server.wait()
