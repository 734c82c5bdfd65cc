"""The form of a protocol, ready to be rendered."""

import re
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from readerstudy.desk.protocol.builder.raw import ALONE, LABELS, is_condition, raw_of
from readerstudy.desk.protocol.builder.wording import CHAPTERS, is_on_the_form, words_of
from readerstudy.desk.protocol.builder.wording_items import ITEM, STAIRCASE
from readerstudy.desk.protocol.builder.words import Chapter, Words
from readerstudy.studies.protocol import Asked, Examination, Problem


@dataclass(frozen=True, kw_only=True)
class Control:
    """One field: `kind` says how it is drawn, `counts` are the controls of a field counted by source."""

    path: str
    words: Words
    kind: str
    raw: str
    required: bool
    usual: str = ""
    choices: tuple[tuple[str, str], ...] = ()
    counts: tuple["Control", ...] = ()
    problems: tuple[str, ...] = ()
    aside: bool = False
    said: bool = False

    @property
    def anchor(self) -> str:
        return anchor_of(self.path)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One table of a list of tables; a section with its items. `in_text` are fields that no control shows."""

    path: str
    number: int
    title: str
    controls: tuple[Control, ...]
    is_first: bool
    is_last: bool
    items: tuple["Entry", ...] = ()
    in_text: tuple[str, ...] = ()

    @property
    def anchor(self) -> str:
        return anchor_of(self.path)

    @property
    def usual(self) -> tuple[Control, ...]:
        """The controls that most tables need, and those that say something."""
        return tuple(control for control in self.controls if not _is_folded(control))

    @property
    def seldom(self) -> tuple[Control, ...]:
        return tuple(control for control in self.controls if _is_folded(control))

    @property
    def has_staircase(self) -> bool:
        return any(".staircase." in control.path for control in self.controls)

    @property
    def shows_images(self) -> bool:
        names = {f"{self.path}.{name}" for name in ("show", "compose", "reuse")}
        return any(control.path in names and control.said for control in self.controls)

    @property
    def question(self) -> str:
        """What an item asks, where the form shows it."""
        asked = (control for control in self.controls if control.path.endswith("].ask"))
        return next((one.counts[0].raw if one.counts else one.raw for one in asked), "")

    @property
    def stem(self) -> str:
        """What the anchors of its list have in common."""
        return anchor_of(self.path.rpartition("[")[0]).removeprefix("f-")

    @property
    def next_item(self) -> str:
        return anchor_of(f"{self.path}.items[{len(self.items)}]")


@dataclass(frozen=True, kw_only=True)
class Page:
    chapter: Chapter
    controls: tuple[Control, ...]
    entries: tuple[Entry, ...]
    problems: tuple[str, ...]
    next_anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Form:
    """`problems` and `warnings` are each a place to go to, what it is called, and the sentence."""

    pages: tuple[Page, ...]
    problems: tuple[tuple[str, str, str], ...]
    warnings: tuple[tuple[str, str, str], ...]
    aside: tuple[str, ...]


def _is_folded(control: Control) -> bool:
    return control.words.seldom and not control.said and not control.problems


def anchor_of(path: str) -> str:
    return "f-" + path.replace("[", "-").replace("]", "").replace(".", "-")


def controls_of(found: Examination) -> dict[str, Control]:
    """Every field of the protocol by its path, those counted by source with their counts inside."""
    languages = languages_of(found)
    shown = {one.path: one for one in found.asked.values() if is_on_the_form(one, languages)}
    said: dict[str, list[str]] = {}
    for problem in found.problems:
        said.setdefault(around(problem.field, shown), []).append(problem.on_a_form)
    return {path: _control(one, said.get(path, ()), languages) for path, one in shown.items()}


def languages_of(found: Examination) -> tuple[str, ...]:
    """The languages that the text names; one that names none is in English."""
    asked = found.asked.get("study.languages")
    named = asked.value if asked is not None and isinstance(asked.value, list) else []
    return tuple(dict.fromkeys(str(one) for one in named)) or ALONE


def around(path: str, shown: Container[str]) -> str:
    """The field that has a control, of one that may stand within another: `….when` of `….when[1].item`."""
    inner = path
    while inner and inner not in shown:
        inner = inner[: max(inner.rfind("."), inner.rfind("["), 0)]
    return inner or path


def form_of(found: Examination, typed: Mapping[str, str], *, judged: bool = True) -> Form:
    """The whole form; `typed` is what a control shows instead of what the text says.

    A page that has just been opened is not `judged`: it names no mistakes yet.
    """
    found = found if judged else replace(found, problems=())
    controls = {
        path: replace(control, raw=typed[path]) if path in typed else control
        for path, control in controls_of(found).items()
    }
    return Form(
        pages=tuple(_page(chapter, controls, found) for chapter in CHAPTERS),
        problems=tuple(_line(problem, controls) for problem in found.problems),
        warnings=tuple(_line(problem, controls) for problem in found.warnings),
        aside=tuple(control.anchor for control in controls.values() if control.aside),
    )


def _control(asked: Asked, problems: Iterable[str], languages: Sequence[str]) -> Control:
    words = words_of(asked.path) or Words(label=asked.path.rpartition(".")[2].replace("_", " ").capitalize())
    raw = raw_of(asked, languages)
    control = Control(
        path=asked.path,
        words=words,
        kind=_kind(asked, words),
        raw=raw,
        required=asked.required,
        usual="" if raw else _usual(asked),
        choices=_choices(asked, words, raw),
        problems=tuple(problems),
        aside=asked.aside and asked.value is None,
        said=asked.value is not None,
    )
    if asked.kind in ("words", "none") and len(languages) > 1:
        return replace(control, kind="texts", counts=_texts(asked, control, languages))
    if control.kind != "counts":
        return control
    given = asked.value if isinstance(asked.value, dict) else {}
    return replace(control, counts=_inner(asked.path, asked.allowed, given, what="source", kind="whole"))


def _texts(asked: Asked, control: Control, languages: Sequence[str]) -> tuple[Control, ...]:
    """A control for each language; a text that serves all stands in the first."""
    given = asked.value if isinstance(asked.value, dict) else {languages[0]: control.raw}
    return _inner(asked.path, languages, given, what="language", kind=control.kind)


def _inner(
    path: str, names: Sequence[str], given: Mapping[str, object], *, what: str, kind: str
) -> tuple[Control, ...]:
    """A control for each name, and behind them for what is said of others."""
    gone = tuple(name for name in given if name not in names)
    return tuple(
        Control(
            path=f"{path}.{name}",
            words=Words(label=name if name in names else f"{name} (no such {what})"),
            kind=kind,
            raw=str(given.get(name, "")),
            required=False,
        )
        for name in (*names, *gone)
    )


def _kind(asked: Asked, words: Words) -> str:
    if is_condition(asked) or asked.path == LABELS:
        return "lines"
    if asked.kind == "choice" or (asked.allowed and asked.kind == "whole"):
        return "choice"
    if asked.kind == "screens":
        return "counts"
    lines = ("text", "texts", "words", "wordlist", "options", "values")
    return "lines" if words.rows and asked.kind in lines else asked.kind


def _usual(asked: Asked) -> str:
    """What holds where nothing is said."""
    if isinstance(asked.default, tuple):
        return ", ".join(map(str, asked.default))
    return "" if asked.default is None or asked.kind in ("text", "words", "none") else str(asked.default)


def _choices(asked: Asked, words: Words, raw: str) -> tuple[tuple[str, str], ...]:
    if asked.kind in ("counts", "screens") or not asked.allowed:
        return ()
    known = tuple((name, words.choices.get(name, name)) for name in asked.allowed)
    return known if raw in asked.allowed else ((raw, raw or "Choose"), *known)


def _page(chapter: Chapter, controls: Mapping[str, Control], found: Examination) -> Page:
    tables = found.asked.get(chapter.many)
    count = len(tables.value) if tables is not None and isinstance(tables.value, list) else 0
    said = tuple(p.on_a_form for p in found.problems if p.field == (chapter.many or chapter.name))
    return Page(
        chapter=chapter,
        controls=tuple(controls[path] for path in chapter.fields if path in controls),
        entries=tuple(_entry(chapter, index, count, controls, found.asked) for index in range(count)),
        problems=said,
        next_anchor=anchor_of(f"{chapter.many}[{count}]"),
    )


def _entry(
    chapter: Chapter, index: int, count: int, controls: Mapping[str, Control], asked: Mapping[str, Asked]
) -> Entry:
    path = f"{chapter.many}[{index}]"
    fields = [*chapter.each, *(STAIRCASE if chapter.many == "sections" else ())]
    return replace(
        _table_at(path, index, count, fields, controls),
        items=tuple(_items(f"{path}.items", controls, asked)) if chapter.many == "sections" else (),
        in_text=_only_in_text(path, controls, asked),
    )


def _items(path: str, controls: Mapping[str, Control], asked: Mapping[str, Asked]) -> Iterable[Entry]:
    count = sum(one.startswith(f"{path}[") and one.endswith("].kind") for one in controls)
    for index in range(count):
        item = _table_at(f"{path}[{index}]", index, count, ITEM, controls)
        yield replace(item, in_text=_only_in_text(item.path, controls, asked))


def _only_in_text(path: str, controls: Mapping[str, Control], asked: Mapping[str, Asked]) -> tuple[str, ...]:
    """The fields of a table that say something which no control shows."""
    names = {
        one.path.removeprefix(f"{path}."): one
        for one in asked.values()
        if one.path.startswith(f"{path}.") and one.value is not None and one.path not in controls
    }
    return tuple(name for name in names if name.isidentifier() and name not in ("items", "staircase"))


def _table_at(
    path: str, index: int, count: int, fields: Iterable[str], controls: Mapping[str, Control]
) -> Entry:
    own = tuple(controls[f"{path}.{name}"] for name in fields if f"{path}.{name}" in controls)
    name = next((control.raw for control in own if control.path.endswith("].name")), "")
    return Entry(
        path=path,
        number=index + 1,
        title=name.replace("_", " "),
        controls=own,
        is_first=index == 0,
        is_last=index == count - 1,
    )


def _line(problem: Problem, controls: Mapping[str, Control]) -> tuple[str, str, str]:
    """Where a problem is mended, what that is called, and the sentence."""
    control = controls.get(around(problem.field, controls))
    if control is None:
        return f"c-{problem.field.partition('.')[0]}", problem.field, problem.on_a_form
    target = control.counts[0] if control.counts else control
    return target.anchor, label_of(problem.field, control.words), problem.on_a_form


def label_of(path: str, words: Words | None) -> str:
    """What people call a field: `Section 2, trials`."""
    name = words.label if words else path
    many, bracket, rest = path.partition("[")
    chapter = next((chapter for chapter in CHAPTERS if bracket and chapter.many == many), None)
    if chapter is None:
        return name
    item = re.search(r"\.items\[(\d+)\]\.", path)
    inner = f"item {int(item[1]) + 1}, " if item else ""
    return f"{chapter.one} {int(rest.partition(']')[0]) + 1}, {inner}{name[0].lower()}{name[1:]}"
