"""Readers who go on whatever happens to the server, and what must hold of their answers afterwards."""

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db.models import Sum

from readerstudy.audit.models import Event
from readerstudy.audit.verify import verify
from readerstudy.reading.models import Rating, Response, Tally
from readerstudy.reading.verify_answers import verify_answers
from tests.readerstudy.factory import Locked

CSRF = "c" * 32
PAUSE_S = 0.1


@dataclass
class PersistentReader:
    """Sends each answer again, under the same number, until it is acknowledged."""

    port: int
    slug: str
    session: str
    sent: set[str] = field(default_factory=set)
    acknowledged: set[str] = field(default_factory=set)
    link: http.client.HTTPConnection | None = None

    def read(self, until: float) -> None:
        while time.monotonic() < until:
            state = self._ask_until(until, "GET", "state")
            if state is None or state["current"] is None:
                break
            self._answer(state["current"], until)
        self.close()

    def _answer(self, shown: dict[str, Any], until: float) -> None:
        uuid, letters = str(uuid4()), [image["slot"] for image in shown["images"]]
        answer = {"pick": letters[0], "ratings": dict.fromkeys(letters, 2)}
        body = {"client_uuid": uuid, "answer": answer, "timing": {"response_ms": 1}}
        self.sent.add(uuid)
        taken = self._ask_until(until, "POST", f"presentations/{shown['token']}/response", body)
        if taken is not None and taken["accepted"] == uuid:
            self.acknowledged.add(uuid)

    def _ask_until(self, until: float, method: str, path: str, body: Any = None) -> Any:
        while time.monotonic() < until:
            try:
                return self._ask(method, path, body)
            except (OSError, http.client.HTTPException, ValueError):
                self.close()
                time.sleep(PAUSE_S)
        return None

    def _ask(self, method: str, path: str, body: Any) -> Any:
        self.link = self.link or http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        headers = {
            "Content-Type": "application/json",
            "X-CSRFToken": CSRF,
            "Cookie": f"sessionid={self.session}; csrftoken={CSRF}",
        }
        text = None if body is None else json.dumps(body)
        self.link.request(method, f"/api/reading/{self.slug}/{path}", text, headers)
        answer = self.link.getresponse()
        said = answer.read()
        if answer.status >= 500:
            raise http.client.HTTPException(said)
        if answer.status >= 400:
            raise AssertionError(f"{method} {path}: {answer.status} {said[:200]!r}")
        return json.loads(said)

    def close(self) -> None:
        if self.link is not None:
            self.link.close()
            self.link = None


def persistent_readers(made: Locked, names: tuple[str, ...], port: int) -> list[PersistentReader]:
    sessions = {name: made.client(name).cookies["sessionid"].value for name in names}
    return [PersistentReader(port, made.study.slug, session) for session in sessions.values()]


def read_together(readers: list[PersistentReader], seconds: float) -> list[threading.Thread]:
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=reader.read, args=(until,)) for reader in readers]
    for thread in threads:
        thread.start()
    return threads


def faults_of(made: Locked, readers: list[PersistentReader]) -> list[str]:
    """What was lost, doubled or contradicts the log; empty if all is as it was acknowledged."""
    stored = Counter(map(str, Response.objects.values_list("client_uuid", flat=True)))
    acknowledged = set().union(*(reader.acknowledged for reader in readers))
    sent = set().union(*(reader.sent for reader in readers))
    shown = Counter(Response.objects.values_list("enrolment", "presentation"))
    counts = {
        "events": Event.objects.filter(verb="answer given").count(),
        "in the tally": Tally.objects.aggregate(all=Sum("answers"))["all"] or 0,
        "in the ratings": Rating.objects.values("response").distinct().count(),
    }
    return [
        *(f"{uuid} was acknowledged and is lost" for uuid in acknowledged - set(stored)),
        *(f"{uuid} was never sent" for uuid in set(stored) - sent),
        *(f"{what} was answered {times} times" for what, times in shown.items() if times > 1),
        *(f"{n} {what} for {len(stored)} answers" for what, n in counts.items() if n != len(stored)),
        *map(str, verify()),
        *map(str, verify_answers(made.study)),
    ]
