"""A browser that speaks JSON to the reading API."""

from dataclasses import dataclass
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from tests.readerstudy.factory import Locked, a_locked_study


@dataclass
class Tab:
    """One tab of a signed-in reader."""

    client: Client
    slug: str
    sitting: str = ""

    def _how(self) -> dict[str, Any]:
        headers = {"X-Reading-Sitting": self.sitting} if self.sitting else {}
        return {"content_type": "application/json", "headers": headers}

    def get(self, path: str) -> Any:
        return self.client.get(f"/api/reading/{self.slug}/{path}", **self._how())

    def post(self, path: str, body: Any = None) -> Any:
        return self.client.post(f"/api/reading/{self.slug}/{path}", body, **self._how())

    def put(self, path: str, body: Any) -> Any:
        return self.client.put(f"/api/reading/{self.slug}/{path}", body, **self._how())

    def state(self) -> Any:
        answer = self.get("state")
        assert answer.status_code == 200, answer.content
        return answer.json()

    def submission(self, state: Any = None, **changes: Any) -> dict[str, Any]:
        """A whole submission for what is open, with changes to its answer."""
        section = (state := state or self.state())["section"]
        letters = [image["slot"] for image in state["current"]["images"]]
        task = section["task"]
        answer: dict[str, Any] = {
            "pick": letters[0] if task == "pick_real" else None,
            "ratings": dict.fromkeys(letters, 2) if section["rate"] else None,
            "call": "real" if task == "call" else None,
            "confidence": 1 if section["require_confidence"] else None,
            "verdict": "fits" if task == "check_label" else None,
            "observed": None,
            "reasons": [],
        }
        timing = {"response_ms": 4200, "active_ms": 4000, "first_paint_ms": 35.5, "events": []}
        return {"client_uuid": str(uuid4()), "answer": {**answer, **changes}, "timing": timing}

    def respond(self, state: Any = None, **changes: Any) -> Any:
        state = state or self.state()
        path = f"presentations/{state['current']['token']}/response"
        return self.post(path, self.submission(state, **changes))

    def sit(self, take_over: bool = False) -> Any:
        self.sitting = self.sitting or str(uuid4())
        body = {"sitting": self.sitting, "take_over": take_over, "screen": {"width": 1920}}
        return self.post("sitting", body)


def a_tab(made: Locked, name: str = "rita") -> Tab:
    return Tab(client=made.client(name), slug=made.study.slug)


@pytest.fixture
def knees(db: None) -> Locked:
    """A locked study of three triples, rita and ron ready to read."""
    return a_locked_study()


@pytest.fixture
def rita(knees: Locked) -> Tab:
    return a_tab(knees)
