"""A virtual reader whom the server asks to come later waits as long as it was told to."""

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from readerstudy.truth.virtual.browser import BUSY_TRIES, Browser, ServerRefused

Answer = tuple[int, dict[str, str]]
Serve = Callable[..., str]


@pytest.fixture
def received() -> list[bytes]:
    return []


@pytest.fixture
def serve(received: list[bytes]) -> Iterator[Serve]:
    """A server that gives these answers one after the other, the last for ever."""
    servers: list[ThreadingHTTPServer] = []

    def start(*answers: Answer) -> str:
        waiting = list(answers)

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                received.append(self.rfile.read(int(self.headers["Content-Length"])))
                status, headers = waiting.pop(0) if len(waiting) > 1 else waiting[0]
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(b'{"detail": "said"}')

            def log_message(self, *_: object) -> None:
                """Nothing is said."""

        server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        servers.append(server)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        return f"http://127.0.0.1:{server.server_port}"

    yield start
    for server in servers:
        server.shutdown()
        server.server_close()


def busy(retry_after: str | None) -> Answer:
    return 429, {} if retry_after is None else {"Retry-After": retry_after}


def test_the_same_answer_is_sent_again_after_the_time_that_was_asked_for(
    serve: Serve, received: list[bytes]
) -> None:
    waited: list[float] = []
    browser = Browser(serve(busy("7"), busy("2"), (200, {})), pause=waited.append)
    assert browser.post("/answer", {"client_uuid": "one"}) == {"detail": "said"}
    assert waited == [7, 2]
    assert received == [b'{"client_uuid": "one"}'] * 3


@pytest.mark.parametrize(
    ("said", "waited"),
    [(None, 1), ("soon", 1), ("999999", 60)],
    ids=["nothing said", "no number", "longer than a virtual reader waits"],
)
def test_an_unusual_time_is_brought_into_bounds(serve: Serve, said: str | None, waited: float) -> None:
    pauses: list[float] = []
    Browser(serve(busy(said), (200, {})), pause=pauses.append).post("/answer")
    assert pauses == [waited]


def test_a_server_that_stays_busy_is_given_up_with_its_words(serve: Serve, received: list[bytes]) -> None:
    pauses: list[float] = []
    with pytest.raises(ServerRefused, match="POST /answer was answered with 429"):
        Browser(serve(busy("1")), pause=pauses.append).post("/answer")
    assert len(received) == BUSY_TRIES
    assert len(pauses) == BUSY_TRIES - 1


def test_another_refusal_is_not_repeated(serve: Serve, received: list[bytes]) -> None:
    with pytest.raises(ServerRefused, match="answered with 409"):
        Browser(serve((409, {}))).post("/answer")
    assert len(received) == 1
