"""People for the tests, and their browsers."""

import time

from allauth.account.internal.flows.login import record_authentication
from django.contrib.sessions.backends.base import SessionBase
from django.test import Client, RequestFactory

from readerstudy.accounts.models import User

PASSWORD = "correct horse battery"


def signed_in(user: User, *, confirmed: bool = False) -> Client:
    """A browser in which somebody is signed in, and has just confirmed that it is them if `confirmed`."""
    client = Client()
    client.force_login(user)
    if confirmed:
        confirm(client, user)
    return client


def confirm(client: Client, user: User) -> None:
    """What the page does that asks for the password again."""
    session: SessionBase = client.session
    request = RequestFactory().get("/")
    request.session = session
    record_authentication(request, user, method="password", at=time.time(), reauthenticated=True)
    session.save()
