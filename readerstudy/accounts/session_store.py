"""Sessions in the database, as Django keeps them; each request loads one by a statement written once."""

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
    def load(self) -> dict[str, Any]:
        found = _DATA.row(key=self.session_key) if self.session_key else None
        return self.decode(found[0]) if found else super().load()
