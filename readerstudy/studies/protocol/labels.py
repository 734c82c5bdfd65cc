"""What readers see instead of the name of a label and of its values."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from readerstudy.studies.protocol.items import Option
from readerstudy.studies.protocol.table import Table
from readerstudy.studies.protocol.words import Words


@dataclass(frozen=True, kw_only=True)
class LabelDocument:
    """A label as readers see it. Without `title` or `words` they see what stands in the data."""

    name: str
    title: Words
    words: Mapping[str, Words] = field(default_factory=dict)

    def text(self, value: str) -> Words:
        return self.words.get(value, Words(value))


def label_named(name: str, labels: Mapping[str, LabelDocument]) -> LabelDocument:
    return labels.get(name) or LabelDocument(name=name, title=Words(name))


def options_of(label: LabelDocument, values: Iterable[str]) -> tuple[Option, ...]:
    return tuple(Option(value=value, text=label.text(value)) for value in values)


def by_size(value: str) -> tuple[int, float, str]:
    """Sort values by this: numbers by size, then words by letter."""
    try:
        return 0, float(value), value
    except ValueError:
        return 1, 0.0, value


def parse_labels(root: Table, values: Mapping[str, tuple[str, ...]]) -> dict[str, LabelDocument]:
    """Return the labels that have a title, or words for the values that [values] lists."""
    found: dict[str, LabelDocument] = {}
    for table in root.tables("labels", required=False):
        name = table.text("name", longest=100)
        title = table.words("title", Words(), longest=300) or Words(name)
        words = table.wordlist("words")
        known = values.get(name, ())
        if words and table.is_right("words") and len(words) != len(known):
            table.problem(
                "words",
                f"has {len(words)} texts, but [values] lists {len(known)} for {name!r}; give one for each.",
            )
        table.finish()
        if name in found:
            root.problem("labels", f"names {name!r} twice; every label has one table.")
        found[name] = LabelDocument(
            name=name, title=title, words=dict(zip(known, words, strict=False)) if words else {}
        )
    return found
