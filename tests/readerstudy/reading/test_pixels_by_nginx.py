"""A real nginx hands out packed images as docs/operations.md configures it, and refuses what it must."""

import os
import re
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from email.utils import formatdate
from http.client import HTTPConnection
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from django.conf import LazySettings
from django.conf import settings as django_settings

from readerstudy.imaging.models import Envelope
from readerstudy.reading.models import Slot
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import a_tab

pytestmark = pytest.mark.django_db(transaction=True)

DOCS = Path(__file__).parents[3] / "docs" / "operations.md"
FOLDER = "/var/cache/readerstudy-packed/"
CONFIGURATION = """
daemon off;
{user}
pid {scratch}/nginx.pid;
error_log {scratch}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {scratch}/body;
    proxy_temp_path {scratch}/proxy;
    fastcgi_temp_path {scratch}/fastcgi;
    uwsgi_temp_path {scratch}/uwsgi;
    scgi_temp_path {scratch}/scgi;
    gzip on;
    gzip_types *;
    server {{
        listen unix:{socket};
        location / {{ proxy_pass {platform}; proxy_set_header Host $proxy_host; }}
        {documented}
    }}
}}
"""
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin") or "nginx"


def documented(folder: Path) -> str:
    found = re.search(r"^location /packed-images/ \{.*?^\}", DOCS.read_text(), re.DOTALL | re.MULTILINE)
    assert found
    return found[0].replace(FOLDER, f"{folder}/")


@pytest.fixture
def made() -> Locked:
    canvas = "width = 16\nheight = 24\nbits = 8", "width = 32\nheight = 48\nbits = 16"
    return a_locked_study(protocol_text().replace(*canvas), packed=True)


@pytest.fixture
def nginx(settings: LazySettings, live_server: Any, tmp_path: Path) -> Iterator[str]:
    """Where it listens."""
    settings.PIXELS_BY_NGINX = True
    settings.PACKED_FOLDER = tmp_path / "packed"
    settings.PACKED_FOLDER.mkdir()
    with TemporaryDirectory() as short:
        text = CONFIGURATION.format(
            # Its workers have to read what only we may.
            user="user root;" if tmp_path.owner() == "root" else "",
            scratch=tmp_path,
            socket=f"{short}/nginx",
            platform=live_server.url,
            documented=documented(settings.PACKED_FOLDER),
        )
        (tmp_path / "nginx.conf").write_text(text)
        nginx = subprocess.Popen([NGINX, "-p", str(tmp_path), "-c", str(tmp_path / "nginx.conf")])
        try:
            _wait_for(f"{short}/nginx", nginx)
            yield f"{short}/nginx"
        finally:
            nginx.terminate()
            nginx.wait(30)


class Connection(HTTPConnection):
    """HTTP through a socket of the file system, which no other run can take."""

    def __init__(self, path: str) -> None:
        super().__init__("localhost", timeout=60)
        self._path = path

    def connect(self) -> None:
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(60)
        self.sock.connect(self._path)


def _wait_for(path: str, nginx: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and nginx.poll() is None:
        try:
            with closing(Connection(path)) as connection:
                connection.connect()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError("nginx did not start.")


def fetched(made: Locked, nginx: str, path: str, **headers: str) -> tuple[int, bytes, dict[str, str]]:
    """What a reader's browser gets through nginx; of the headers all but those of clock and connection."""
    cookie = made.client("rita").cookies[django_settings.SESSION_COOKIE_NAME].value
    sent = {"Cookie": f"{django_settings.SESSION_COOKIE_NAME}={cookie}", "Accept-Encoding": "gzip"}
    with closing(Connection(nginx)) as connection:
        connection.request("GET", path, headers={**sent, **headers})
        answer = connection.getresponse()
        told = {name.lower(): value for name, value in answer.getheaders()}
        named = {name: value for name, value in told.items() if name not in {"date", "connection"}}
        return answer.status, answer.read(), named


def test_nginx_sends_what_the_platform_would_and_tells_images_apart_by_nothing(
    made: Locked, nginx: str, settings: LazySettings
) -> None:
    tab = a_tab(made)
    state = tab.state()
    urls = [
        image["packed"]["url"] for shown in (state["current"], *state["ahead"]) for image in shown["images"]
    ]
    settings.PIXELS_BY_NGINX = False
    wanted = {url: tab.client.get(url).content for url in urls}
    settings.PIXELS_BY_NGINX = True
    told = set()
    for url in [*urls, *urls]:
        status, body, headers = fetched(made, nginx, url)
        assert (status, body) == (200, wanted[url])
        told.add(tuple(sorted(headers.items())))
        assert headers["cache-control"] == "no-store, no-transform"
        assert headers["content-length"] == str(Envelope.objects.get().length(1))
        assert not {"etag", "last-modified", "x-accel-redirect", "content-encoding", "set-cookie"} & set(
            headers
        )
        part = fetched(made, nginx, url, Range="bytes=100-299")
        assert part[:2] == (206, wanted[url][100:300])
        told.add(tuple(sorted(part[2].items())))
    assert len(told) == 2
    assert len(urls) > 3


def test_nobody_learns_when_others_first_saw_an_image(
    made: Locked, nginx: str, settings: LazySettings
) -> None:
    """Whoever asks for an image on conditions finds its file's date, and with it what others read when."""
    url = a_tab(made).state()["current"]["images"][0]["packed"]["url"]
    assert fetched(made, nginx, url)[0] == 200
    asked = [
        {"If-Unmodified-Since": formatdate(time.time() - 3600, usegmt=True)},
        {"If-Modified-Since": formatdate(time.time() + 3600, usegmt=True)},
    ]
    assert [fetched(made, nginx, url, **conditions)[0] for conditions in asked] == [200, 200]


def test_files_of_an_earlier_edition_lose_their_dates(
    made: Locked, nginx: str, settings: LazySettings
) -> None:
    url = a_tab(made).state()["current"]["images"][0]["packed"]["url"]
    body = fetched(made, nginx, url)[1]
    [path] = (path for path in settings.PACKED_FOLDER.rglob("*") if path.is_file())
    os.utime(path, (time.time(), time.time()))
    long_ago = formatdate(time.time() - 3600, usegmt=True)
    assert fetched(made, nginx, url, **{"If-Unmodified-Since": long_ago})[:2] == (200, body)


def test_nginx_gives_nothing_that_the_platform_refuses(
    made: Locked, nginx: str, settings: LazySettings
) -> None:
    url = a_tab(made).state()["current"]["images"][0]["packed"]["url"]
    assert fetched(made, nginx, url)[0] == 200
    place = next(path for path in settings.PACKED_FOLDER.rglob("*") if path.is_file())
    inside = f"/packed-images/{place.relative_to(settings.PACKED_FOLDER)}"
    assert fetched(made, nginx, inside)[0] == 404
    theirs = Slot.objects.filter(presentation__place=2).first()
    assert theirs is not None
    assert fetched(made, nginx, f"/api/reading/packed/{theirs.token}")[0] == 404
    slot = Slot.objects.get(token=url.rsplit("/", 1)[1])
    assert slot.trial_image.image.digest not in str(place)


def test_a_file_that_was_cut_short_is_made_again(made: Locked, nginx: str, settings: LazySettings) -> None:
    url = a_tab(made).state()["current"]["images"][0]["packed"]["url"]
    whole = fetched(made, nginx, url)[1]
    place = next(path for path in settings.PACKED_FOLDER.rglob("*") if path.is_file())
    place.write_bytes(whole[:100])
    assert fetched(made, nginx, url)[1] == whole
