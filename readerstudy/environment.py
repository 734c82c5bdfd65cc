"""Read settings from environment variables; report an invalid one in one line."""

import os
import zlib

from django.core.exceptions import ImproperlyConfigured

ENVIRONMENTS = ("development", "production")
ENVIRONMENT = os.environ.get("READERSTUDY_ENV", "development")
if ENVIRONMENT not in ENVIRONMENTS:
    raise ImproperlyConfigured(
        f"READERSTUDY_ENV is {ENVIRONMENT!r}; it has to be one of {', '.join(ENVIRONMENTS)}."
    )
PRODUCTION = ENVIRONMENT == "production"


def number_from_environment(name: str, default: int) -> int:
    value = os.environ.get(name) or str(default)
    if not value.isdecimal():
        raise ImproperlyConfigured(f"{name} is {value!r}; it has to be a whole number.")
    return int(value)


def switch_from_environment(name: str, *, default: bool) -> bool:
    value = os.environ.get(name) or str(int(default))
    if value not in {"0", "1"}:
        raise ImproperlyConfigured(f"{name} is {value!r}; it has to be 0 or 1.")
    return value == "1"


def from_environment(name: str, *, development: str, what: str) -> str:
    """Return the value of an environment variable, which production has to set."""
    value = os.environ.get(name, "")
    if value:
        return value
    if PRODUCTION:
        raise ImproperlyConfigured(f"{name} is not set. Production needs it: {what}.")
    return development


NEW_KEY = "Make one: python -c 'import secrets; print(secrets.token_urlsafe(50))'"


def secret_key() -> str:
    """The key that signs sessions and invitations; production refuses one that can be guessed."""
    key = from_environment(
        "SECRET_KEY",
        development="development-only-key-that-production-refuses-to-start-with",
        what="a random text of at least 50 characters that signs sessions and invitations",
    )
    if PRODUCTION and len(key) < 50:
        raise ImproperlyConfigured(f"SECRET_KEY has {len(key)} characters; it needs at least 50. {NEW_KEY}")
    # 50 random digits still take 45 bytes; a repeated character or word takes fewer than 25.
    if PRODUCTION and len(zlib.compress(key.encode(), 9)) < 40:
        raise ImproperlyConfigured(f"SECRET_KEY repeats itself; it has to be random. {NEW_KEY}")
    return key


def hospital_provider(issuer: str, *, name: str, client: str, secret: str) -> dict[str, object]:
    app = {
        "provider_id": "hospital",
        "name": name,
        "client_id": client,
        "secret": secret,
        "settings": {"server_url": issuer},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}
