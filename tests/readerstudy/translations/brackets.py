"""A language that puts every translated message in brackets: what stands outside was not translated."""

import html
import re
from html.parser import HTMLParser
from pathlib import Path

import allauth
import django
import rest_framework
from babel.messages.catalog import Catalog
from babel.messages.mofile import read_mo

from tests import messages

#: Esperanto is a code that Django knows and that nobody reads here.
LANGUAGE = "eo"
OPEN, CLOSE = "⟦", "⟧"
SPOKEN = ("title", "alt", "aria-label", "placeholder", "label")
SILENT = {"script", "style", "kbd"}
#: Secrets of authenticator apps, recovery codes, numbers of receipts.
KEYS = re.compile(r"\b(?:[A-Z2-7]{16,}|[0-9a-f]{4,})\b")
#: Whose own messages readers meet: they count as translated where a German one exists.
LIBRARIES = (
    Path(django.__file__).parent / "conf",
    Path(django.__file__).parent / "contrib" / "auth",
    Path(allauth.__file__).parent,
    Path(rest_framework.__file__).parent,
)


def write_catalogue(folder: Path) -> None:
    """Write the language into a folder for LOCALE_PATHS."""
    catalog = Catalog(locale=LANGUAGE, charset="utf-8")
    for library in LIBRARIES:
        with (library / "locale" / "de" / "LC_MESSAGES" / "django.mo").open("rb") as file:
            for message in read_mo(file):
                if message.id:
                    catalog.add(message.id, bracketed(message.id), context=message.context)
    for message in messages.template():
        if message.id:
            catalog.add(message.id, bracketed(message.id), context=message.context)
    place = folder / LANGUAGE / "LC_MESSAGES"
    place.mkdir(parents=True)
    (place / "django.mo").write_bytes(messages.compiled(catalog))


def bracketed(message: str | tuple[str, ...]) -> str | tuple[str, ...]:
    if isinstance(message, str):
        return f"{OPEN}{message}{CLOSE}"
    return tuple(f"{OPEN}{form}{CLOSE}" for form in message)


class _Spoken(HTMLParser):
    """Collects the words that a page shows or has read aloud."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[str] = []
        self._silent = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self._silent += tag in SILENT
        self.attributes += [value for name, value in attrs if value and name in SPOKEN and tag != "option"]

    def handle_endtag(self, tag: str) -> None:
        self._silent -= tag in SILENT

    def handle_data(self, data: str) -> None:
        if not self._silent:
            self.texts.append(data)


def untranslated(page: str, data: tuple[str, ...]) -> list[str]:
    """Return what a page says outside brackets, other than data."""
    spoken = _Spoken()
    spoken.feed(page)
    return [word for text in [" ".join(spoken.texts), *spoken.attributes] for word in left(text, data)]


def left(text: str, data: tuple[str, ...]) -> list[str]:
    """Return the words outside brackets and data."""
    plain = KEYS.sub(" ", html.unescape(text))
    for word in sorted(data, key=len, reverse=True):
        plain = plain.replace(word, " ")
    depth, outside = 0, []
    for sign in plain:
        depth += (sign == OPEN) - (sign == CLOSE)
        outside.append(sign if depth == 0 else " ")
    return re.findall(r"[^\W\d_]{2,}", "".join(outside))
