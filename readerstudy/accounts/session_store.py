"""Sessions in the database, as Django keeps them; each request loads one by a statement written once."""

from copy import deepcopy
from functools import lru_cache
from typing import Any

from django.contrib.sessions.backends import db
from django.contrib.sessions.models import Session
from django.db.models.functions import Now

from readerstudy.statements import Given, Statement

_DATA = Statement(
    lambda: Session.objects.filter(session_key=Given("key"), expire_date__gt=Now()).values_list(
        "session_data"
    )
)


class SessionStore(db.SessionStore):
    def decode(self, session_data: bytes | str) -> dict[str, Any]:
        return deepcopy(_decoded(session_data))

    def load(self) -> dict[str, Any]:
        found = _DATA.row(key=self.session_key) if self.session_key else None
        return self.decode(found[0]) if found else super().load()


@lru_cache(maxsize=256)
def _decoded(session_data: bytes | str) -> dict[str, Any]:
    """What the database had at this request is verified and read once."""
    decoded: dict[str, Any] = db.SessionStore().decode(session_data)
    return decoded
