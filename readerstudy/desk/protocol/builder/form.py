"""The form of a protocol, ready to be drawn."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from readerstudy.desk.protocol.builder.raw import raw_of
from readerstudy.desk.protocol.builder.wording import CHAPTERS, NO_FIELDS, Chapter, Words, words_of
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

    @property
    def anchor(self) -> str:
        return anchor_of(self.path)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """One table of a list of tables."""

    path: str
    number: int
    title: str
    controls: tuple[Control, ...]
    is_first: bool
    is_last: bool

    @property
    def anchor(self) -> str:
        return anchor_of(self.path)


@dataclass(frozen=True, kw_only=True)
class Page:
    """One chapter with what stands in it."""

    chapter: Chapter
    controls: tuple[Control, ...]
    entries: tuple[Entry, ...]
    problems: tuple[str, ...]
    next_anchor: str = ""


@dataclass(frozen=True, kw_only=True)
class Form:
    """`problems` are each a place to go to, what it is called, and the sentence."""

    pages: tuple[Page, ...]
    problems: tuple[tuple[str, str, str], ...]
    aside: tuple[str, ...]


def anchor_of(path: str) -> str:
    return "f-" + path.replace("[", "-").replace("]", "").replace(".", "-")


def controls_of(found: Examination) -> dict[str, Control]:
    """Every field of the protocol by its path, those counted by source with their counts inside."""
    said: dict[str, list[str]] = {}
    for problem in found.problems:
        said.setdefault(problem.field, []).append(problem.sentence)
    asked = (one for one in found.asked.values() if one.kind not in NO_FIELDS)
    return {one.path: _control(one, said.get(one.path, ())) for one in asked}


def flat(controls: Iterable[Control]) -> Iterable[Control]:
    """The controls that take input."""
    for control in controls:
        if control.kind == "counts":
            yield from control.counts
        else:
            yield control


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
        aside=tuple(control.anchor for control in controls.values() if control.aside),
    )


def _control(asked: Asked, problems: Iterable[str]) -> Control:
    words = words_of(asked.path) or Words(label=asked.path.rpartition(".")[2].replace("_", " ").capitalize())
    raw = raw_of(asked)
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
    )
    return replace(control, counts=_counts(asked)) if asked.kind == "counts" else control


def _kind(asked: Asked, words: Words) -> str:
    if asked.kind == "choice" or (asked.allowed and asked.kind == "whole"):
        return "choice"
    return "lines" if words.rows and asked.kind in ("text", "texts") else asked.kind


def _usual(asked: Asked) -> str:
    """What holds where nothing is said."""
    if isinstance(asked.default, tuple):
        return ", ".join(map(str, asked.default))
    return "" if asked.default is None or asked.kind == "text" else str(asked.default)


def _choices(asked: Asked, words: Words, raw: str) -> tuple[tuple[str, str], ...]:
    if asked.kind == "counts" or not asked.allowed:
        return ()
    known = tuple((name, words.choices.get(name, name)) for name in asked.allowed)
    return known if raw in asked.allowed else ((raw, raw or "Choose"), *known)


def _counts(asked: Asked) -> tuple[Control, ...]:
    given = asked.value if isinstance(asked.value, dict) else {}
    gone = tuple(name for name in given if name not in asked.allowed)
    return tuple(
        Control(
            path=f"{asked.path}.{name}",
            words=Words(label=name if name in asked.allowed else f"{name} (no such source)"),
            kind="whole",
            raw=str(given.get(name, "")),
            required=False,
        )
        for name in (*asked.allowed, *gone)
    )


def _page(chapter: Chapter, controls: Mapping[str, Control], found: Examination) -> Page:
    tables = found.asked.get(chapter.many)
    count = len(tables.value) if tables is not None and isinstance(tables.value, list) else 0
    said = tuple(p.sentence for p in found.problems if p.field == (chapter.many or chapter.name))
    return Page(
        chapter=chapter,
        controls=tuple(controls[path] for path in chapter.fields if path in controls),
        entries=tuple(_entry(chapter, index, count, controls) for index in range(count)),
        problems=said,
        next_anchor=anchor_of(f"{chapter.many}[{count}]"),
    )


def _entry(chapter: Chapter, index: int, count: int, controls: Mapping[str, Control]) -> Entry:
    path = f"{chapter.many}[{index}]"
    own = tuple(controls[f"{path}.{name}"] for name in chapter.each if f"{path}.{name}" in controls)
    name = next((control.raw for control in own if control.path.endswith("].name")), "")
    return Entry(
        path=path,
        number=index + 1,
        title=name,
        controls=own,
        is_first=index == 0,
        is_last=index == count - 1,
    )


def _line(problem: Problem, controls: Mapping[str, Control]) -> tuple[str, str, str]:
    """Where a problem is mended, what that is called, and the sentence."""
    control = controls.get(problem.field)
    if control is None:
        return f"c-{problem.field.partition('.')[0]}", problem.field, problem.sentence
    target = control.counts[0] if control.counts else control
    return target.anchor, label_of(problem.field, control.words), problem.sentence


def label_of(path: str, words: Words | None) -> str:
    """What people call a field: `Section 2, trials`."""
    name = words.label if words else path
    many, bracket, rest = path.partition("[")
    chapter = next((chapter for chapter in CHAPTERS if bracket and chapter.many == many), None)
    if chapter is None:
        return name
    return f"{chapter.one} {int(rest.partition(']')[0]) + 1}, {name[0].lower()}{name[1:]}"
