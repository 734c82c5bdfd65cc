"""A database that cannot keep every text is refused before anything is in it."""

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections


@register(Tags.database)
def check_encoding(
    app_configs: Sequence[AppConfig] | None, databases: Sequence[str] | None = None, **_: Any
) -> list[CheckMessage]:
    """Refuse a PostgreSQL database that is not UTF-8; without a locale, Debian makes them SQL_ASCII."""
    found: list[CheckMessage] = []
    for alias in databases or ():
        connection = connections[alias]
        if connection.vendor != "postgresql":
            continue
        with connection.cursor() as cursor:
            cursor.execute("SHOW server_encoding")
            (encoding,) = cursor.fetchone()
        if encoding != "UTF8":
            name = connection.settings_dict["NAME"]
            found.append(
                Error(
                    f"The database {name} has the encoding {encoding}; it has to be UTF8.",
                    hint=f"Make it with: createdb --encoding=UTF8 --template=template0 {name}",
                    id="readerstudy.E001",
                )
            )
    return found
