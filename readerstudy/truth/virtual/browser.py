"""A minimal browser for virtual readers: cookies, the CSRF token, JSON."""

import http.client
import json
import time
from collections.abc import Callable
from email.message import Message
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode, urlsplit
from urllib.request import (
    BaseHandler,
    HTTPCookieProcessor,
    OpenerDirector,
    ProxyHandler,
    Request,
    build_opener,
)

from readerstudy.truth.errors import TruthError

TIMEOUT_S = 60
BUSY_TRIES = 5
LONGEST_WAIT_S = 60.0
HERE = ("127.0.0.1", "localhost", "::1")


class ServerRefused(TruthError, code="server_refused"):
    """The server did not take what a virtual reader sent."""


class ServerBusy(ServerRefused):
    """The server asks to come again later; run fewer virtual readers at a time if it stays so."""

    def __init__(self, message: str, wait_s: float) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class Browser:
    """One session with a server. When that is busy it waits as long as asked to, and tries again.

    Answers carry an identifier of their own, so one that arrives twice counts once.
    """

    def __init__(self, server: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        self.server = server.rstrip("/")
        self._pause = pause
        #: The tab that reads, named with everything it sends.
        self.sitting = ""
        # A private server speaks for a site with TLS, over plain HTTP on this machine.
        self._cookies = CookieJar(DefaultCookiePolicy(secure_protocols=("http", "https")))
        self._opener = opener_for(self.server, HTTPCookieProcessor(self._cookies))

    def get(self, path: str) -> bytes:
        return self._open(Request(self.server + path))  # noqa: S310  (the server the operator named)

    def json(self, path: str) -> Any:
        return json.loads(self.get(path))

    def post_form(self, path: str) -> bytes:
        body = urlencode({"csrfmiddlewaretoken": self._csrf}).encode()
        return self._open(Request(self.server + path, data=body, headers=self._headers))  # noqa: S310

    def post(self, path: str, payload: Any = None) -> Any:
        """Send JSON; the answer as JSON, or None where there is none."""
        headers = {**self._headers, "Content-Type": "application/json"}
        body = json.dumps(payload if payload is not None else {}).encode()
        answer = self._open(Request(self.server + path, data=body, headers=headers))  # noqa: S310
        return json.loads(answer) if answer else None

    @property
    def _csrf(self) -> str:
        return next((cookie.value or "" for cookie in self._cookies if cookie.name == "csrftoken"), "")

    @property
    def _headers(self) -> dict[str, str]:
        tab = {"X-Reading-Sitting": self.sitting} if self.sitting else {}
        return {"X-CSRFToken": self._csrf, "Referer": self.server + "/", **tab}

    def _open(self, request: Request) -> bytes:
        for _ in range(BUSY_TRIES - 1):
            try:
                return self._open_once(request)
            except ServerBusy as busy:
                self._pause(busy.wait_s)
        return self._open_once(request)

    def _open_once(self, request: Request) -> bytes:
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                body: bytes = answer.read()
                return body
        except HTTPError as error:
            said = error.read().decode(errors="replace")[:300]
            where = f"{request.get_method()} {request.selector}"
            told = f"{where} was answered with {error.code}: {said}"
            if error.code == http.client.TOO_MANY_REQUESTS:
                raise ServerBusy(told, _wait_s(error.headers)) from error
            raise ServerRefused(told) from error
        except (URLError, http.client.HTTPException, OSError) as error:
            raise ServerRefused(f"{self.server} does not answer: {error}. Is the server running?") from error


def opener_for(server: str, *handlers: BaseHandler) -> OpenerDirector:
    """What opens addresses of a server. One on this machine is asked directly, whatever proxy is set.

    A proxy would see the sessions and images of a private server, which speaks without TLS.
    """
    here = urlsplit(server).hostname in HERE
    return build_opener(ProxyHandler({} if here else None), *handlers)


def _wait_s(headers: Message) -> float:
    """Seconds that Retry-After asks for; one where it says nothing that is a number."""
    asked = headers.get("Retry-After", "")
    return min(float(asked), LONGEST_WAIT_S) if asked.isdecimal() else 1.0
