"""The private server of virtual readers stands in for the proxy that production asks for."""

from collections.abc import Iterator
from threading import Thread
from typing import Any
from urllib.request import urlopen
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.urls import path

from readerstudy.truth import private_wsgi
from readerstudy.truth.virtual.browser import Browser
from readerstudy.truth.virtual.private_server import private_server


def form(request: HttpRequest) -> HttpResponse:
    get_token(request)
    return HttpResponse(f"{request.method} {request.build_absolute_uri()}")


urlpatterns = [path("form/", form)]


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def server(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    settings.ROOT_URLCONF = __name__
    settings.SITE_URL = "https://readers.hospital.example"
    settings.ALLOWED_HOSTS = ["readers.hospital.example"]
    settings.SECURE_SSL_REDIRECT = settings.CSRF_COOKIE_SECURE = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    monkeypatch.setattr(private_wsgi, "platform", WSGIHandler())
    with make_server("127.0.0.1", 0, private_wsgi.application, handler_class=Quiet) as one:
        thread = Thread(target=one.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{one.server_port}"
        one.shutdown()
        thread.join(timeout=30)


def test_the_private_server_starts() -> None:
    with private_server() as address, urlopen(f"{address}/health/live", timeout=30) as answer:
        assert answer.status == 200


def test_a_virtual_reader_fetches_and_posts_forms_over_plain_http(server: str) -> None:
    browser = Browser(server)
    address = b" https://readers.hospital.example/form/"
    assert browser.get("/form/") == b"GET" + address
    assert browser.post_form("/form/") == b"POST" + address


def test_no_proxy_sees_what_a_virtual_reader_fetches_from_this_machine(
    server: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")  # nothing listens there
    assert Browser(server).get("/form/").startswith(b"GET")
