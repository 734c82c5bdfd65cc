"""A program with a token."""

from dataclasses import dataclass
from typing import Any

import pytest
from django.test import Client

from readerstudy.accounts.issue_token import issue_token
from readerstudy.accounts.models import Scope, User
from tests.readerstudy.factory import Locked, a_locked_study


@dataclass
class Program:
    """Speaks JSON with a token of its owner."""

    key: str

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        how = {"headers": {"authorization": f"Bearer {self.key}"}, "content_type": "application/json"}
        return getattr(Client(), method)(f"/api/{path}", *([] if body is None else [body]), **how)

    def get(self, path: str) -> Any:
        return self._ask("get", path)

    def post(self, path: str, body: Any = None) -> Any:
        return self._ask("post", path, {} if body is None else body)

    def put(self, path: str, body: Any) -> Any:
        return self._ask("put", path, body)


def a_program(user: User, *scopes: str) -> Program:
    _, key = issue_token("a program", by=user, scopes=scopes or tuple(Scope.personal()))
    return Program(key=key)


@pytest.fixture
def knees(db: None) -> Locked:
    return a_locked_study()


@pytest.fixture
def alices(knees: Locked) -> Program:
    """A program of the owner that may do everything."""
    return a_program(knees.owner)
