"""Reading sessions over HTTP in a process of their own: `reading_sessions.py PORT SECONDS < sessions.json`.

Each session is a cookie and a CSRF token of a reader; it answers trial after trial until the time is over or
nothing is left, and fetches each trial's images first with `--pixels`. With `--label-studio` the sessions are
of that peer, whose readers annotate a task and ask for the next one. Prints one line of JSON.
"""

from __future__ import annotations

import http.client
import json
import sys
import threading
import time
from typing import Any
from uuid import uuid4


class Session:
    """One reader at one connection."""

    def __init__(self, port: int, reader: dict[str, Any], *, pixels: bool) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        self.sitting = str(uuid4())
        self.root = f"/api/reading/{reader.get('study')}/"
        self.project = reader.get("project")
        self.pixels = pixels
        self.latencies: list[float] = []
        self.headers = {
            "Cookie": f"sessionid={reader['session']}; csrftoken={reader['csrf']}",
            "X-CSRFToken": reader["csrf"],
            "X-Reading-Sitting": self.sitting,
            "Content-Type": "application/json",
        }

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        self.connection.request(method, path, None if body is None else json.dumps(body), self.headers)
        answer = self.connection.getresponse()
        read = answer.read()
        if answer.status >= 400:
            raise RuntimeError(f"{method} {path}: {answer.status} {read[:200]!r}")
        return json.loads(read) if "json" in answer.headers.get("Content-Type", "") else read

    def begin(self) -> dict[str, Any]:
        self.ask("POST", f"{self.root}sitting", {"sitting": self.sitting, "take_over": True, "screen": {}})
        state: dict[str, Any] = self.ask("GET", f"{self.root}state")
        return state

    def read(self, until: float) -> None:
        state = self.begin()
        while state["current"] and time.perf_counter() < until:
            shown = state["current"]
            if self.pixels:
                for image in shown["images"]:
                    self.ask("GET", image["url"])
            letters = [image["slot"] for image in shown["images"]]
            answer = {"pick": letters[0], "ratings": dict.fromkeys(letters, 3)}
            body = {"client_uuid": str(uuid4()), "answer": answer, "timing": {"response_ms": 4000}}
            start = time.perf_counter()
            state = self.ask("POST", f"{self.root}presentations/{shown['token']}/response", body)["state"]
            self.latencies.append(time.perf_counter() - start)


class PeerSession(Session):
    """One annotator of Label Studio: an answer is an annotation and the next task, as its page asks."""

    def read(self, until: float) -> None:
        task = self.next_task()
        while time.perf_counter() < until:
            ratings = [self.said(letter, "rating", 3) for letter in "ABCD"]
            body = {"result": [self.said("pick", "choices", ["A"]), *ratings], "lead_time": 4.0}
            start = time.perf_counter()
            self.ask("POST", f"/api/tasks/{task}/annotations/?project={self.project}", body)
            task = self.next_task()
            self.latencies.append(time.perf_counter() - start)

    def next_task(self) -> int:
        return int(self.ask("GET", f"/api/projects/{self.project}/next/")["id"])

    @staticmethod
    def said(name: str, kind: str, value: Any) -> dict[str, Any]:
        return {"from_name": name, "to_name": "image", "type": kind, "value": {kind: value}}


def main() -> None:
    port, seconds = int(sys.argv[1]), float(sys.argv[2])
    kind = PeerSession if "--label-studio" in sys.argv else Session
    sessions = [kind(port, reader, pixels="--pixels" in sys.argv) for reader in json.load(sys.stdin)]
    start = time.perf_counter()
    threads = [threading.Thread(target=session.read, args=(start + seconds,)) for session in sessions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = sorted(latency for session in sessions for latency in session.latencies)
    print(json.dumps({"answers": len(took), "seconds": time.perf_counter() - start, "latencies": took}))  # noqa: T201


if __name__ == "__main__":
    main()
