"""Let a program read over HTTP with its key: `python -m readerstudy.truth.programs.reading`.

`run.py` starts it. The key comes on standard input. Each answer that was accepted is told on standard output,
a JSON object a line. Nothing of Django is imported here, and no setting of the server is known.
"""

import argparse
import importlib
import json
import sys
import time
import uuid
from collections.abc import Callable, Mapping
from typing import Any
from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16]
#: Takes the images of a screen, in the order of its slots, and the question; returns an answer.
Program = Callable[[list[Pixels], Mapping[str, Any]], Mapping[str, Any]]

TIMEOUT_S = 120
TRIES = 5
#: What a program may tell beside its answer, and is kept with it.
SPENT = ("cost", "tokens")


class CannotRead(Exception):
    """What stopped the reading, in one sentence."""


class Server:
    """The reading API of one study, as a program sees it."""

    def __init__(self, address: str, study: str, key: str) -> None:
        self._address, self._key = address.rstrip("/"), key
        self._api = f"/api/reading/{study}"

    def state(self) -> Any:
        return json.loads(self._open(f"{self._api}/state"))

    def post(self, path: str, content: Mapping[str, Any]) -> Any:
        answer = self._open(f"{self._api}/{path}", json.dumps(content).encode())
        return json.loads(answer) if answer else None

    def pixels(self, image: Mapping[str, Any]) -> Pixels:
        """Return rows x columns, with frames first and channels last where there are several."""
        raw = np.frombuffer(self._open(image["url"]), "<u2" if image["bits"] > 8 else "u1")
        frames, channels = image.get("frames", 1), image.get("channels", 1)
        shaped = raw.reshape(frames, image["height"], image["width"], channels)
        if channels == 1:
            shaped = shaped[..., 0]
        return shaped if frames > 1 else shaped[0]

    def _open(self, path: str, body: bytes | None = None) -> bytes:
        headers = {"Authorization": f"Bearer {self._key}", "Content-Type": "application/json"}
        request = Request(self._address + path, data=body, headers=headers)  # noqa: S310  (named by run.py)
        for attempt in range(1, TRIES + 1):
            try:
                with urlopen(request, timeout=TIMEOUT_S) as answer:  # noqa: S310
                    content: bytes = answer.read()
                    return content
            except HTTPError as error:
                if error.code not in (429, 503) or attempt == TRIES:
                    raise CannotRead(_sentence(error)) from error
                time.sleep(min(float(error.headers.get("Retry-After") or 1), 60.0))
            except (URLError, OSError) as error:
                if attempt == TRIES:
                    raise CannotRead(f"The server does not answer: {error}.") from error
                time.sleep(attempt)
        raise CannotRead("The server does not answer.")


def _sentence(error: HTTPError) -> str:
    """What the server says of a refusal."""
    text = error.read().decode(errors="replace")
    try:
        said = json.loads(text)
        detail = said.get("detail") or said.get("sentence") or text
    except (ValueError, AttributeError):
        detail = text
    return f"The server refused ({error.code}): {str(detail)[:500]}"


def read(server: Server, program: Program, tell: Callable[[Mapping[str, Any]], None]) -> int:
    """Read until nothing is left; run again it goes on where it stopped. Returns the number of answers."""
    state, given = server.state(), 0
    while not state["finished"]:
        shown = state["current"]
        if shown is None:
            state = _go_on(server, state)
            continue
        images = [server.pixels(image) for image in shown["images"]]
        started = time.monotonic()
        said = dict(_asked(program, images, state, shown))
        spent = {name: said.pop(name) for name in SPENT if name in said}
        took_ms = round((time.monotonic() - started) * 1000)
        answer = {
            "client_uuid": str(uuid.uuid4()),
            "answer": said,
            "timing": {"response_ms": took_ms, "events": [{"kind": "program", **spent}] if spent else []},
        }
        state = server.post(f"presentations/{shown['token']}/response", answer)["state"]
        given += 1
        tell({"answers": given, **spent})
    return given


def _asked(
    program: Program, images: list[Pixels], state: Mapping[str, Any], shown: Mapping[str, Any]
) -> Mapping[str, Any]:
    """What the program answers to a screen."""
    screen = {
        name: value for name, value in shown.items() if name not in ("token", "draft", "previous", "back")
    }
    screen["images"] = [
        {name: value for name, value in image.items() if name != "url"} for image in shown["images"]
    ]
    try:
        said = program(images, {"study": state["study"], "section": state["section"], "screen": screen})
    except Exception as error:  # whatever somebody's program does, the reading ends with a sentence
        raise CannotRead(f"The program stopped: {type(error).__name__}: {error}") from error
    if not isinstance(said, Mapping):
        raise CannotRead(f"The program returned {type(said).__name__}; it has to return an answer, a dict.")
    return said


def _go_on(server: Server, state: Mapping[str, Any]) -> Any:
    """Hand in what is to be handed in, take note of what is disclosed; else there is nothing to do now."""
    if state.get("disclosure"):
        server.post("disclosed/", {"section": state["disclosure"]["section"]})
    elif state["hand_in"]:
        server.post("hand-in", {"section": state["hand_in"]["section"]})
    else:
        raise CannotRead("Nothing is open to read now. Start again later; it goes on where it stopped.")
    return server.state()


def named(text: str) -> Program:
    """The function that MODULE:FUNCTION names."""
    module, _, function = text.partition(":")
    try:
        found: Program = getattr(importlib.import_module(module), function or "answer")
    except (ImportError, AttributeError, ValueError) as error:
        raise CannotRead(f"{text} cannot be loaded: {error}. Name it as MODULE:FUNCTION.") from error
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description="Let a program read a study with the key on standard input.")
    parser.add_argument("--server", required=True)
    parser.add_argument("--study", required=True)
    parser.add_argument("--program", required=True, metavar="MODULE:FUNCTION")
    options = parser.parse_args()
    key = sys.stdin.readline().strip()
    out = sys.stdout
    sys.stdout = sys.stderr  # what the program prints does not mix with what is told here

    def tell(said: Mapping[str, Any]) -> None:
        out.write(json.dumps(said) + "\n")
        out.flush()

    try:
        read(Server(options.server, options.study, key), named(options.program), tell)
    except CannotRead as error:
        tell({"stopped": str(error)})
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
