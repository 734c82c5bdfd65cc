"""Find the line of a TOML text in which a field stands, for messages that point at it."""

from functools import cached_property

from readerstudy.studies.protocol.scan import places_of


class Lines:
    """Line numbers by path: `study.seed`, `sections[1].items[0].kind`, or a table itself: `sections[1]`."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _found(self) -> dict[str, int]:
        found: dict[str, int] = {}
        for place in places_of(self._text):
            found.setdefault(place.path, place.line)
        return found

    def of(self, path: str) -> int | None:
        """The line of a path, or of the nearest table around it."""
        while path:
            if path in self._found:
                return self._found[path]
            path = path.rpartition("[")[0] if path.endswith("]") else path.rpartition(".")[0]
        return None
