"""People for the tests, and their browsers."""

import base64
import hmac
import re
import time

from django.test import Client

from readerstudy.accounts.models import User

PASSWORD = "correct horse battery staple"


def signed_in(user: User, *, confirmed: bool = False) -> Client:
    """A browser in which somebody is signed in, and has just confirmed that it is them if `confirmed`."""
    client = Client()
    client.force_login(user)
    if confirmed:
        confirm(client)
    return client


def confirm(client: Client) -> None:
    """Confirm the person's identity on the page that asks for the password again."""
    answer = client.post("/accounts/reauthenticate/", {"password": PASSWORD})
    assert answer.status_code == 302, answer.content.decode()


def code_of(secret: str) -> str:
    """Return what an authenticator app shows now (RFC 6238)."""
    digest = hmac.digest(base64.b32decode(secret), int(time.time() // 30).to_bytes(8), "sha1")
    start = digest[-1] & 15
    return str((int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000).zfill(6)


def set_up_app(client: Client) -> str:
    """Set up an authenticator app on its page and return the app's secret."""
    page = client.get("/accounts/2fa/totp/activate/").content.decode()
    found = re.search(r'class="secret">([A-Z2-7]+)<', page)
    assert found is not None
    client.post("/accounts/2fa/totp/activate/", {"code": code_of(found.group(1))})
    return found.group(1)
