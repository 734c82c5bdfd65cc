"""A small server that speaks the reading page's contract, and can be cut off, killed and slowed down."""

import hashlib
import json
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socket import SO_REUSEPORT, SOL_SOCKET, socket
from typing import Any

import numpy as np
from django.template import Context, Engine

from readerstudy.imaging.canvas import Canvas, Mode
from readerstudy.imaging.packs import packed
from readerstudy.reading.viewer_words import viewer_words
from tests.viewer.fake_sections import SCALE, screen, task_items

ROOT = Path(__file__).parents[2]
API = "/api/reading/knees/"
TYPES = {
    ".js": "text/javascript",
    ".css": "text/css",
    ".html": "text/html; charset=utf-8",
    ".woff2": "font/woff2",
    ".svg": "image/svg+xml",
    ".ico": "image/x-icon",
}
ENGINE = Engine(
    dirs=[str(ROOT / "templates")],
    libraries={
        "i18n": "django.templatetags.i18n",
        "static": "django.templatetags.static",
        "reading": "readerstudy.reading.templatetags.reading",
        "site": "readerstudy.web.templatetags.site",
    },
)


def radiograph(seed: int, *, width: int = 96, height: int = 96, bits: int = 8) -> bytes:
    """A smooth grey picture with some noise, as the raw little-endian buffer that readers get."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width]
    centre = rng.uniform(0.3, 0.7, 2)
    glow = np.exp(-(((x / width - centre[0]) / 0.35) ** 2) - ((y / height - centre[1]) / 0.5) ** 2)
    grey = np.clip(0.12 + 0.7 * glow + rng.normal(0, 0.02, (height, width)), 0, 1)
    dtype = "<u2" if bits == 16 else "u1"
    stored: bytes = (grey * (2**bits - 1)).round().astype(dtype).tobytes()
    return stored


class Ration:
    """Lets pixels through piece by piece, as a test releases them."""

    def __init__(self, piece_bytes: int) -> None:
        self.piece_bytes = piece_bytes
        self._pieces = threading.Semaphore(0)

    def release(self, pieces: int) -> None:
        self._pieces.release(pieces)

    def wait(self, at: int) -> None:
        """Wait to send the piece that begins there."""
        self._pieces.acquire(timeout=60)


class Barrier(Ration):
    """Lets the first piece of every image through, and all others once it is lifted."""

    def __init__(self, piece_bytes: int) -> None:
        super().__init__(piece_bytes)
        self._lifted = threading.Event()

    def lift(self) -> None:
        self._lifted.set()

    def wait(self, at: int) -> None:
        if at:
            self._lifted.wait(timeout=60)


@dataclass
class Study:
    """What the fake server knows: one section, its trials, and what has been answered."""

    task: str = "pick_real"
    trials: int = 6
    slots: str = "ABCD"
    width: int = 96
    height: int = 96
    bits: int = 8
    channels: int = 1
    frames: int = 1
    play: str = "stack"
    rate_hz: float = 20
    section: dict[str, Any] = field(default_factory=dict)
    label: list[dict[str, str]] | None = None
    tells: list[dict[str, str]] | None = None
    spacing_mm: float | None = None
    practice: bool = False
    disclosure: dict[str, str] | None = None
    reach: int = 3
    responses: list[dict[str, Any]] = field(default_factory=list)
    drafts: dict[str, Any] = field(default_factory=dict)
    events: list[dict[str, Any]] = field(default_factory=list)
    reports: list[dict[str, str]] = field(default_factory=list)
    sitting: str = ""
    #: Holds back who takes over, until a test lets them in.
    door: threading.Event | None = None
    disclosed: list[str] = field(default_factory=list)
    signed_out: bool = False
    keys: dict[str, str] = field(default_factory=dict)
    reader: str = "R01"
    #: What the server seals the browser's shelf with; none as on a page that is only shown.
    locker_keys: str = "rq7bOsVwCqYBgYcDAKXsC3pqL6bmhAXnYzZKQyTMPmM"
    refusal: tuple[int, str] | None = None
    feedback: dict[str, Any] | None = None
    latency_s: float = 0.0
    ration: "Ration | None" = None
    knows_ranges: bool = True
    ranges: list[tuple[str, int]] = field(default_factory=list)
    requests: list[tuple[str, str]] = field(default_factory=list)
    pixels: dict[tuple[int, str], bytes] = field(default_factory=dict)
    packed: bool = False
    #: Buffers that have been packed, so that no request waits for it.
    known: dict[bytes, tuple[bytes, list[int]]] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)

    @property
    def final(self) -> dict[str, dict[str, Any]]:
        return {response["token"]: response for response in self.responses}

    def state(self) -> dict[str, Any]:
        answered = len(self.final)
        here = answered + 1 if answered < self.trials else None
        section = {
            "name": "main",
            "title": "Quartets" if self.task == "pick_real" else "Single images",
            "task": self.task,
            "index": 1,
            "answered": answered,
            "total": self.trials,
            "allow_back": False,
            "rate": self.task in ("pick_real", "rate"),
            "require_confidence": 4 if self.task == "call" else 0,
            "scale": SCALE,
            "reasons": None,
            "label_choices": None,
            "break_after": None,
            "show_clock": False,
            "idle_after_s": 0,
            "screen": screen(preview=False),
            "view": {"presets": [], "keep_window": False, "keep_zoom": False},
        } | self.section
        section.setdefault("items", task_items(section))
        return {
            "study": {"title": "Knee radiographs: a clinical Turing test"},
            "section": section,
            "progress": [{"section": "main", "answered": answered, "total": self.trials}],
            "current": self.presentation(here) if here else None,
            "ahead": [self.presentation(number) for number in self.numbers_ahead(here)],
            "finished": here is None,
            "hand_in": None,
            "disclosure": self.disclosure,
            "sitting": self.sitting,
            "practice": self.practice,
        }

    def numbers_ahead(self, here: int | None) -> range:
        return range(here + 1, min(here + self.reach, self.trials) + 1) if here else range(0)

    def addresses(self, number: int) -> list[str]:
        kind = "packed" if self.packed else "pixels"
        return [f"/api/reading/{kind}/p{number}{slot}" for slot in self.slots]

    def presentation(self, number: int) -> dict[str, Any]:
        token = f"t{number}"
        window = {"center": (2**self.bits - 1) / 2, "width": 2**self.bits - 1}
        shape: dict[str, Any] = {"width": self.width, "height": self.height, "bits": self.bits}
        shape |= {"channels": self.channels, "frames": self.frames}
        if self.frames > 1:
            shape |= {"play": self.play, "rate_hz": self.rate_hz}
        asks_section = any(one["of"] == "section" for one in self.section.get("items", []))
        questions = asks_section and number == self.trials
        images = [
            {
                "slot": slot,
                "url": f"/api/reading/pixels/p{number}{slot}",
                "packed": self.packed_offer(number, slot) if self.packed else None,
                "window": window,
                "label": self.label,
                "tells": self.tells,
                "reference": slot == "R",
                "spacing_mm": self.spacing_mm,
            }
            | shape
            for slot in ("" if questions else self.slots)
        ]
        given = self.final.get(token)
        return {
            "token": token,
            "kind": "questions" if questions else "screen",
            "number": number,
            "images": images,
            "draft": self.drafts.get(token),
            "previous": given["answer"] if given else None,
            "back": f"t{number - 1}" if number > 1 else None,
        }

    def packed_offer(self, number: int, slot: str) -> dict[str, Any]:
        head, frame = self.envelope
        return {
            "url": f"/api/reading/packed/p{number}{slot}",
            "preview_bytes": head,
            "frame_bytes": frame,
        }

    @cached_property
    def envelope(self) -> tuple[int, int]:
        """The longest preview and the longest frame."""
        lengths = [self.parts(number, slot)[1] for number in range(1, self.trials + 1) for slot in self.slots]
        return max(each[0] for each in lengths), max(max(each[1:]) for each in lengths)

    def parts(self, number: int, slot: str) -> tuple[bytes, list[int]]:
        mode: Mode = "colour" if self.channels == 3 else "grey"
        canvas = Canvas(width=self.width, height=self.height, bits=self.bits, mode=mode, frames=self.frames)
        buffer = self.buffer(number, slot)
        if buffer not in self.known:
            self.known[buffer] = packed(buffer, canvas)
        return self.known[buffer]

    def body(self, number: int, slot: str) -> bytes:
        """A packed image in the envelope, padded with noughts."""
        content, lengths = self.parts(number, slot)
        head, frame = self.envelope
        found, at = b"", 0
        for length, room in zip(lengths, [head, *[frame] * self.frames], strict=True):
            found += content[at : at + length].ljust(room, b"\0")
            at += length
        return found

    def buffer(self, number: int, slot: str) -> bytes:
        seed = number * 10 + ord(slot)
        if (number, slot) in self.pixels:
            return self.pixels[number, slot]
        width, height, bits = self.width * self.channels, self.height, self.bits
        frames = range(self.frames)
        return b"".join(radiograph(seed + 1000 * at, width=width, height=height, bits=bits) for at in frames)


class _Server(ThreadingHTTPServer):
    """Binds a port that is claimed already."""

    allow_reuse_port = True
    daemon_threads = True


class FakeServer:
    """Starts, stops and starts again on the same port.

    Nobody else is given the port meanwhile: a page that asks in vain would sit down at another test's server.
    """

    def __init__(self, study: Study) -> None:
        self.study = study
        self._claim = socket()
        self._claim.setsockopt(SOL_SOCKET, SO_REUSEPORT, 1)
        self._claim.bind(("127.0.0.1", 0))
        self.port = int(self._claim.getsockname()[1])
        self._server: ThreadingHTTPServer | None = None
        self.start()

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        handler = type("Handler", (_Handler,), {"study": self.study})
        self._server = _Server(("127.0.0.1", self.port), handler)
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()
            self._server = None

    def close(self) -> None:
        self.stop()
        self._claim.close()


class _Handler(BaseHTTPRequestHandler):
    study: Study

    def log_message(self, *args: object) -> None:
        """Say nothing: the requests are kept for the tests."""

    def do_GET(self) -> None:
        self._answer("GET")

    def do_POST(self) -> None:
        self._answer("POST")

    def do_PUT(self) -> None:
        self._answer("PUT")

    def _answer(self, method: str) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = json.loads(self.rfile.read(length)) if length else None
        path = self.path.split("?")[0]
        self.study.requests.append((method, path))
        if path.startswith("/static/"):
            self._file(ROOT / path[1:])
        elif path in self.study.files:
            self._file(self.study.files[path])
        elif path.startswith("/api/practice/"):
            self._json(200 if self.study.feedback else 404, self.study.feedback)
        elif path.startswith("/api/reading/"):
            time.sleep(self.study.latency_s)
            self._api(method, path, body)
        else:
            self._page(path)

    def _page(self, path: str) -> None:
        pages: dict[str, Callable[[], str]] = {
            "/read/": lambda: reading_page(self.study),
            "/viewer/": lambda: (Path(__file__).parent / "viewer.html").read_text(),
            "/thanks/": lambda: "<!doctype html><title>Thanks</title><h1>Thank you</h1>",
            "/sign-in/": self._sign_in,
        }
        page = pages.get(path)
        if page:
            self._send(200, page().encode(), "text/html; charset=utf-8")
        else:
            self._send(404, b"", "text/plain")

    def _sign_in(self) -> str:
        self.study.signed_out = False
        return "<!doctype html><title>Sign in</title><a href='/read/'>Signed in: back to the study</a>"

    def _file(self, path: Path) -> None:
        if path.is_file():
            self._send(200, path.read_bytes(), TYPES.get(path.suffix, "application/octet-stream"))
        else:
            self._send(404, b"", "text/plain")

    def _api(self, method: str, path: str, body: Any) -> None:
        study = self.study
        if study.signed_out:
            self._json(403, {"detail": "Sign in.", "code": "signed_out", "sign_in_url": "/sign-in/"})
        elif path.startswith("/api/reading/pixels/p"):
            name = path.rsplit("/p", 1)[1]
            self._pixels(path, study.buffer(int(name[:-1]), name[-1]))
        elif path.startswith("/api/reading/packed/p"):
            name = path.rsplit("/p", 1)[1]
            self._pixels(path, study.body(int(name[:-1]), name[-1]))
        elif path == f"{API}state":
            self._json(200, study.state())
        elif path == f"{API}sitting":
            self._sitting(body)
        elif path == f"{API}keys":
            study.keys = body["keys"]
            self._json(200, body)
        elif path == f"{API}events":
            study.events.extend(body["events"])
            self._send(204, b"", "application/json")
        elif path.endswith("/concern"):
            study.reports.append(body)
            self._send(204, b"", "application/json")
        else:
            self._presentation(method, path, body)

    def _pixels(self, path: str, body: bytes) -> None:
        asked = self.headers.get("Range")
        start, _, last = (asked or "bytes=0-").removeprefix("bytes=").partition("-")
        self.study.ranges.append((path, int(start)))
        part = body[int(start) : int(last) + 1 if last else None]
        rest = part if self.study.knows_ranges else body
        self.send_response(206 if len(part) < len(body) and self.study.knows_ranges else 200)
        self.send_header("Content-Type", "application/octet-stream")
        self.send_header("Content-Length", str(len(rest)))
        self.end_headers()
        ration = self.study.ration
        step = ration.piece_bytes if ration else len(rest)
        with suppress(BrokenPipeError, ConnectionResetError):
            for i in range(0, len(rest), step):
                if ration:
                    ration.wait(i)
                self.wfile.write(rest[i : i + step])

    def _sitting(self, body: Any) -> None:
        study = self.study
        if study.sitting not in ("", body["sitting"]) and not body["take_over"]:
            self._json(409, {"detail": "Open in another tab.", "code": "other_tab"})
            return
        if study.door and body["take_over"]:
            study.door.wait(timeout=60)
        study.sitting = body["sitting"]
        self._json(200, {"sitting": study.sitting})

    def _presentation(self, method: str, path: str, body: Any) -> None:
        study = self.study
        token, _, what = path.removeprefix(f"{API}presentations/").partition("/")
        if path == f"{API}disclosed/":
            study.disclosed.append(body["section"])
            study.disclosure = None
            self._send(204, b"", "application/json")
        elif method == "GET":
            self._json(200, study.presentation(int(token[1:])))
        elif study.sitting != self.headers.get("X-Reading-Sitting"):
            self._json(409, {"detail": "Taken over.", "code": "superseded_tab"})
        elif what == "draft":
            study.drafts[token] = body["draft"]
            self._send(204, b"", "application/json")
        else:
            self._response(token, body)

    def _response(self, token: str, body: Any) -> None:
        if self.study.refusal:
            status, code = self.study.refusal
            self._json(status, {"detail": "Something comes first.", "code": code})
            return
        known = any(response["client_uuid"] == body["client_uuid"] for response in self.study.responses)
        if not known:
            self.study.responses.append({"token": token} | body)
        accepted = {"accepted": body["client_uuid"], "state": self.study.state()}
        self._json(200 if known else 201, accepted)

    def _json(self, status: int, body: Any) -> None:
        self._send(status, json.dumps(body).encode(), "application/json")

    def _send(self, status: int, body: bytes, kind: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        with suppress(BrokenPipeError, ConnectionResetError):  # the page has gone meanwhile
            self.wfile.write(body)


def reading_page(study: Study) -> str:
    """The real template, filled as the view fills it."""
    template = ENGINE.get_template("reading/trial.html")
    return template.render(
        Context(
            {
                "study": {"slug": "knees"},
                "deadline": date(2031, 5, 1),
                "protocol": {"public_title": "Knee radiographs: a clinical Turing test"},
                "reader": study.reader,
                "shelf": hashlib.sha256(study.reader.encode()).hexdigest()[:16],
                "locker_keys": study.locker_keys,
                "api_root": API,
                "images": len(study.slots),
                "finish_url": "/thanks/",
                "sign_in_url": "/sign-in/",
                "csrf_token": "a-token",
                "own_keys": study.keys,
                "words": viewer_words(
                    study.task,
                    {one["kind"] for one in study.section.get("items", [])},
                    rated=study.section.get("rate", study.task in ("pick_real", "rate")),
                ),
            }
        )
    )
