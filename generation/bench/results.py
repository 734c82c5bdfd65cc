"""The figures of a run, kept in its JSON file from the first one on."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from generation.errors import OutputError

Row = dict[str, Any]
FAILED = "failed"


class Results:
    """Rows by part. A run that was cut goes on where the same machine and settings left off."""

    def __init__(self, path: Path, machine: Mapping[str, Any], settings: Mapping[str, Any]) -> None:
        self.path = path
        now = json.loads(json.dumps({"machine": dict(machine), "settings": dict(settings)}))
        self._all: dict[str, Any] = {**now, "left_out": {}, "seconds": {}}
        if path.exists():
            self._all = self._earlier(now)

    def _earlier(self, now: Mapping[str, Any]) -> dict[str, Any]:
        try:
            earlier: dict[str, Any] = json.loads(self.path.read_text(encoding="utf-8"))
            differing = [
                f"{name} was {earlier[what].get(name)}, is {now[what].get(name)}"
                for what in ("machine", "settings")
                for name in sorted({*earlier[what], *now[what]})
                if earlier[what].get(name) != now[what].get(name)
            ]
        except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
            raise OutputError(f"{self.path} holds no run of this benchmark. Name another --out.") from error
        if differing:
            raise OutputError(
                f"{self.path} holds another run ({'; '.join(differing)}). "
                "Figures of two runs are not mixed: name another --out."
            )
        return earlier

    def rows(self, part: str) -> list[Row]:
        found: list[Row] = self._all.get(part, [])
        return found

    def has(self, part: str, about: Mapping[str, Any]) -> bool:
        """Whether this is measured; what failed for another reason than memory is tried again."""
        return any(_is_about(row, about) and not _failed(row) for row in self.rows(part))

    def put(self, part: str, about: Mapping[str, Any], rows: Iterable[Mapping[str, Any]]) -> None:
        """In place of what stood there about the same."""
        before = self.rows(part)
        place = next((i for i, row in enumerate(before) if _is_about(row, about)), len(before))
        fresh = [{**about, **row} for row in rows]
        after = [row for row in before[place:] if not _is_about(row, about)]
        self._all[part] = [*before[:place], *fresh, *after]
        self.write()

    def leave_out(self, name: str, sentence: str | None) -> None:
        """Says in a sentence what is missing under this name, or that nothing is."""
        self._all["left_out"].pop(name, None)
        if sentence is not None:
            self._all["left_out"][name] = sentence
        self.write()

    def took(self, name: str, seconds: float) -> None:
        self._all["seconds"][name] = self._all["seconds"].get(name, 0.0) + seconds
        self.write()

    @property
    def sentences(self) -> list[str]:
        return list(self._all["left_out"].values())

    @property
    def failures(self) -> list[Row]:
        lists = (rows for rows in self._all.values() if isinstance(rows, list))
        return [row for rows in lists for row in rows if _failed(row)]

    def write(self) -> None:
        unfinished = self.path.with_name(self.path.name + ".part")
        try:
            unfinished.write_text(json.dumps(self._all, indent=1) + "\n", encoding="utf-8")
            unfinished.replace(self.path)
        except OSError as error:
            raise OutputError(f"cannot write {self.path}: {error.strerror}. Name another --out.") from error


def _is_about(row: Mapping[str, Any], about: Mapping[str, Any]) -> bool:
    return all(name in row and row[name] == value for name, value in about.items())


def _failed(row: Mapping[str, Any]) -> bool:
    return str(row.get("note") or "").startswith(FAILED)
