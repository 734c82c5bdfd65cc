"""As much of a browser as a virtual reader needs: cookies, the CSRF token, JSON."""

import http.client
import json
from http.cookiejar import CookieJar
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, Request, build_opener

from readerstudy.truth.errors import TruthError

TIMEOUT_S = 60


class ServerRefused(TruthError):
    """The server did not take what a virtual reader sent."""


class Browser:
    """One session with a server."""

    def __init__(self, server: str) -> None:
        self.server = server.rstrip("/")
        self._cookies = CookieJar()
        self._opener = build_opener(HTTPCookieProcessor(self._cookies))

    def get(self, path: str) -> bytes:
        return self._open(Request(self.server + path))  # noqa: S310  (the server the operator named)

    def json(self, path: str) -> Any:
        return json.loads(self.get(path))

    def post_form(self, path: str, fields: dict[str, str] | None = None) -> bytes:
        body = urlencode({**(fields or {}), "csrfmiddlewaretoken": self._csrf}).encode()
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
        return {"X-CSRFToken": self._csrf, "Referer": self.server + "/"}

    def _open(self, request: Request) -> bytes:
        try:
            with self._opener.open(request, timeout=TIMEOUT_S) as answer:
                body: bytes = answer.read()
                return body
        except HTTPError as error:
            said = error.read().decode(errors="replace")[:300]
            where = f"{request.get_method()} {request.selector}"
            raise ServerRefused(f"{where} was answered with {error.code}: {said}") from error
        except (URLError, http.client.HTTPException, OSError) as error:
            raise ServerRefused(f"{self.server} does not answer: {error}. Is the server running?") from error
