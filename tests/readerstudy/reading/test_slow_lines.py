"""Somebody whose download takes minutes keeps nobody else waiting."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from http.client import HTTPConnection
from uuid import uuid4

import pytest

from tests.readerstudy.factory import CALLS, Locked, a_locked_study, protocol_text
from tests.readerstudy.reading.conftest import a_tab
from tests.readerstudy.server import Server

#: More than threads and connections that a small server had; fewer than it has now.
SLOW_DOWNLOADS = 24
CSRF = "c" * 32
LARGE = protocol_text(sections=CALLS, bits=16).replace(
    "width = 16\nheight = 24", "width = 2048\nheight = 2048"
)


def cookies(made: Locked, name: str) -> str:
    return f"sessionid={made.client(name).cookies['sessionid'].value}; csrftoken={CSRF}"


@contextmanager
def a_download_that_stands_still(port: int, url: str, cookie: str) -> Iterator[None]:
    """Asks for an image, reads the first lines of the answer, and then nothing more."""
    with socket.socket() as line:
        line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        line.settimeout(60)
        line.connect(("127.0.0.1", port))
        line.sendall(f"GET {url} HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: {cookie}\r\n\r\n".encode())
        answer = line.recv(2048)
        assert answer.startswith(b"HTTP/1.1 200 OK"), answer
        yield


@pytest.mark.django_db(transaction=True)
def test_a_reader_sits_down_while_two_dozen_downloads_stand_still() -> None:
    made = a_locked_study(LARGE)
    url, cookie = a_tab(made).state()["current"]["images"][0]["url"], cookies(made, "rita")
    headers = {"Content-Type": "application/json", "X-CSRFToken": CSRF, "Cookie": cookies(made, "ron")}
    body = f'{{"sitting": "{uuid4()}", "take_over": true, "screen": {{}}}}'
    as_documented = ("--config", "python:readerstudy.serving")
    with Server(workers=1, options=as_documented) as server, ExitStack() as lines:
        for _ in range(SLOW_DOWNLOADS):
            lines.enter_context(a_download_that_stands_still(server.port, url, cookie))
        link = lines.enter_context(closing(HTTPConnection("127.0.0.1", server.port, timeout=60)))
        link.request("POST", "/api/reading/knees/sitting", body, headers)
        assert link.getresponse().status == 200
