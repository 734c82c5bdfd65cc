"""The catalogues in readerstudy/locale: extract what readers meet, merge it, compile it.

`python -m tests.messages` (`make messages`) brings every catalogue up to date: new messages are empty, old
ones leave. Nothing but Babel is needed, no gettext tools. docs/translating.md is for translators.
"""

import ast
import io
import re
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).parents[1]
LOCALE = ROOT / "readerstudy" / "locale"
LANGUAGES = ("de", "fr", "es")
#: Rooms of the staff, in English only.
ENGLISH = {"desk", "synthesis", "results"}
#: Their docstrings are the sentences people see.
ERRORS = ("accounts/errors.py", "reading/errors.py", "studies/family.py")
KEYWORDS = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "ngettext": (1, 2),
    "forms_of": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
Message = tuple[str, str | tuple[str, ...], str | None]


def messages() -> Iterator[Message]:
    """Yield (file, message or its two forms, context) for all that readers meet."""
    for path in sorted((ROOT / "readerstudy").rglob("*.py")):
        name = path.relative_to(ROOT / "readerstudy")
        if name.parts[0] not in ENGLISH:
            yield from _extracted(path, "python", path.read_bytes())
    for name in ERRORS:
        yield from _docstrings(ROOT / "readerstudy" / name)
    for path in sorted((ROOT / "templates").rglob("*")):
        name = path.relative_to(ROOT / "templates")
        if path.is_file() and name.parts[0] not in ENGLISH:
            yield from _extracted(path, "javascript", _as_calls(path).encode())


def _as_calls(path: Path) -> str:
    """Return a template as calls of gettext, as Django's own makemessages has it."""
    from django.utils.translation.template import templatize

    return re.sub(r"\bu?(['\"])", r"\1", templatize(path.read_text(), origin=str(path)))


def _extracted(path: Path, method: str, source: bytes) -> Iterator[Message]:
    name = str(path.relative_to(ROOT))
    for _, message, _, context in extract(
        method, io.BytesIO(source), KEYWORDS, options={"encoding": "utf-8"}
    ):
        yield name, message, context


def _docstrings(path: Path) -> Iterator[Message]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef) and (text := ast.get_docstring(node)):
            yield str(path.relative_to(ROOT)), " ".join(text.split()), None


def template() -> Catalog:
    """Return the messages without translations."""
    catalog = Catalog(project="readerstudy", charset="utf-8")
    for file, message, context in messages():
        if message:
            catalog.add(message, locations=[(file, 0)], context=context)
    return catalog


def po(language: str) -> Path:
    return LOCALE / language / "LC_MESSAGES" / "django.po"


def read(language: str) -> Catalog:
    with po(language).open("rb") as file:
        return read_po(file, locale=language)


def merged(language: str) -> Catalog:
    """Return a catalogue brought up to date, without guesses."""
    catalog = read(language) if po(language).exists() else Catalog(locale=language, charset="utf-8")
    catalog.update(template(), no_fuzzy_matching=True)
    catalog.obsolete.clear()
    catalog.header_comment = (
        f"# readerstudy: what readers meet, in {catalog.locale_identifier}. See docs/translating.md."
    )
    catalog.project, catalog.version, catalog.fuzzy = "readerstudy", "1", False
    catalog.msgid_bugs_address = catalog.last_translator = catalog.language_team = "readerstudy"
    # No date of the last run: a catalogue changes when its messages do.
    catalog.creation_date = catalog.revision_date = datetime(2026, 1, 1, tzinfo=UTC)
    return catalog


def compiled(catalog: Catalog) -> bytes:
    file = io.BytesIO()
    write_mo(file, catalog)
    return file.getvalue()


def missing(catalog: Catalog) -> list[str]:
    """Return the messages that lack a translation or whose translation nobody has looked at."""
    return [
        str(message.id)
        for message in catalog
        if message.id and (message.fuzzy or not all(forms_of(message.string)))
    ]


def forms_of(text: str | list[str] | tuple[str, ...] | None) -> tuple[str, ...]:
    return (text or "",) if isinstance(text, str | None) else tuple(text)


def main() -> int:
    for language in LANGUAGES:
        catalog = merged(language)
        po(language).parent.mkdir(parents=True, exist_ok=True)
        with po(language).open("wb") as file:
            write_po(file, catalog, width=100, sort_output=True, include_lineno=False, omit_header=False)
        po(language).with_suffix(".mo").write_bytes(compiled(catalog))
        print(f"{language}: {len(catalog)} messages, {len(missing(catalog))} missing")  # noqa: T201
    return 0


if __name__ == "__main__":
    sys.exit(main())
