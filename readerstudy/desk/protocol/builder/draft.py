"""A protocol that is being written and not saved yet. It is kept in the page alone."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict

from readerstudy.desk.protocol.builder.form import Control, controls_of, languages_of
from readerstudy.desk.protocol.builder.raw import LABELS, raw_of, value_of
from readerstudy.desk.protocol.builder.starters import first_staircase, starter_for
from readerstudy.studies.errors import ChangeItInTheText
from readerstudy.studies.protocol import Asked, Examination, examine
from readerstudy.studies.protocol.parse_items import FIELDS
from readerstudy.studies.protocol.rewrite import add, move, put, remove

_VERB = re.compile(
    r"(?P<verb>add|remove|up|down|to) "
    r"(?P<on>[a-z]+(\[\d{1,4}\])?(\.items(\[\d{1,4}\])?|\.staircase)?)"
    r"( (?P<which>\d{1,4}))?"
)
_LABEL = re.compile(r"[A-Za-z0-9_-]+")
_ITEM_KIND = re.compile(r"(sections\[\d+\]\.items\[\d+\])\.kind")


@dataclass(kw_only=True)
class Draft:
    """`as_text` is how it is being written; `typed` is what could not be brought into the text."""

    text: str
    as_text: bool = False
    do: str = ""
    refusal: str = ""
    typed: dict[str, str] = field(default_factory=dict)
    is_judged: bool = True

    @property
    def found(self) -> Examination:
        return examine(self.text)

    @property
    def is_to_be_saved(self) -> bool:
        return self.do in ("", "save")

    @property
    def sealed(self) -> str:
        """The text as it travels with the form: line ends and all survive the journey."""
        return json.dumps(self.text)


def opened(text: str, request: HttpRequest) -> Draft:
    """A page that has just been opened."""
    as_text = request.GET.get("as") == "text" or not examine(text).is_toml
    return Draft(text=text, as_text=as_text, is_judged=False)


def draft_of(request: HttpRequest, stored: str) -> Draft:
    """What somebody has written so far, and what their last button asked for."""
    posted = request.POST
    base = _unsealed(posted.get("base", ""), stored)
    draft = Draft(text=base, as_text="text" in posted, do=posted.get("do", ""))
    if draft.as_text:
        draft.text = _as_typed(posted["text"], base)
    else:
        _fill_in(draft, posted)
        _rearrange(draft)
    if draft.do == "text":
        draft.as_text = True
    elif draft.do == "form":
        draft.as_text = not draft.found.is_toml
        if draft.as_text:
            draft.refusal = f"The form cannot be drawn yet. {draft.found.problems[0].sentence}"
    return draft


def _unsealed(sealed: str, stored: str) -> str:
    try:
        text = json.loads(sealed)
    except (ValueError, RecursionError):
        return stored
    return text if isinstance(text, str) else stored


def _as_typed(text: str, base: str) -> str:
    """Browsers send CRLF for every line end; give back those that the text had."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    plain = base.replace("\r\n", "\n")
    if text == plain:
        return base
    return text.replace("\n", "\r\n") if base.count("\r\n") * 2 > plain.count("\n") else text


def _fill_in(draft: Draft, posted: QueryDict) -> None:
    """Write what differs from the text into the text, and nothing else."""
    asked, languages = draft.found.asked, languages_of(draft.found)
    for control in controls_of(draft.found).values():
        typed = {one.path: _typed(posted, one) for one in (control.counts or (control,))}
        if control.kind == "texts":
            _fill_in_texts(draft, control, asked[control.path], typed)
            continue
        for one in control.counts or (control,):
            if typed[one.path] == one.raw:
                continue
            field_asked = asked.get(one.path) or Asked(path=one.path, kind="whole", required=False)
            value = value_of(field_asked, typed[one.path], languages)
            done = _put_values(draft, value) if one.path == LABELS else _put(draft, one.path, value)
            if not done:
                draft.typed[one.path] = typed[one.path]
    _rename_sources(draft, asked)
    _drop_fields_of_other_kinds(draft, asked)


def _typed(posted: QueryDict, control: Control) -> str:
    """What stands in a control; one that was not sent is as it was."""
    if control.path not in posted:
        return control.raw
    return posted.getlist(control.path)[-1].replace("\r\n", "\n").replace("\r", "\n")


def _fill_in_texts(draft: Draft, control: Control, asked: Asked, typed: Mapping[str, str]) -> None:
    """A text for all languages where only the first has one, else a table in which none is left out."""
    texts = {path.rpartition(".")[2]: text for path, text in typed.items()}
    if texts == {one.path.rpartition(".")[2]: one.raw for one in control.counts}:
        return
    first, *others = texts
    if any(texts[name].strip() for name in others):
        value: Any = {name: text if text.strip() else texts[first] for name, text in texts.items()}
    else:
        value = value_of(asked, texts[first])
    if not _put(draft, control.path, value):
        draft.typed |= typed


def _put_values(draft: Draft, values: Mapping[str, Any]) -> bool:
    """Each label of [values] that changed, alone."""
    asked = draft.found.asked.get(LABELS)
    before = asked.value if asked is not None and isinstance(asked.value, dict) else {}
    changed = [label for label in dict.fromkeys([*before, *values]) if before.get(label) != values.get(label)]
    return all(
        _LABEL.fullmatch(label) and _put(draft, f"{LABELS}.{label}", values.get(label)) for label in changed
    )


def _put(draft: Draft, path: str, value: Any) -> bool:
    try:
        draft.text = put(draft.text, path, value)
    except ChangeItInTheText as error:
        draft.refusal = str(error)
        return False
    return True


def _rename_sources(draft: Draft, before: Mapping[str, Asked]) -> None:
    """A source that was given another name keeps its images in every section."""
    after = draft.found.asked
    renamed = {
        raw_of(old): raw_of(after[path])
        for path, old in before.items()
        if path.startswith("sources[") and path.endswith("].name") and path in after
    }
    renamed = {old: new for old, new in renamed.items() if old and new and old != new}
    for path, one in after.items():
        if (
            one.kind in ("counts", "screens")
            and isinstance(one.value, dict)
            and renamed.keys() & one.value.keys()
        ):
            counts = {renamed.get(name, name): count for name, count in one.value.items()}
            if len(counts) == len(one.value):
                _put(draft, path, counts)


def _drop_fields_of_other_kinds(draft: Draft, before: Mapping[str, Asked]) -> None:
    """An item that was given another kind loses what only the old one has: no control would show it."""
    after = draft.found.asked
    for path, old in before.items():
        kind = after[path].value if path in after else None
        item = _ITEM_KIND.fullmatch(path)
        if item is None or kind == old.value or kind not in FIELDS:
            continue
        for name in dict.fromkeys(FIELDS.get(str(old.value), ())):
            at = f"{item[1]}.{name}"
            if name not in FIELDS[str(kind)] and at in before and before[at].value is not None:
                _put(draft, at, None)


def _rearrange(draft: Draft) -> None:
    verb = _VERB.fullmatch(draft.do)
    if verb is None:
        return
    on = verb["on"]
    if on.endswith(".staircase"):
        _put(draft, on, first_staircase(on, draft.found) if verb["verb"] == "add" else None)
        return
    try:
        if verb["verb"] == "add":
            draft.text = add(draft.text, on, starter_for(on, int(verb["which"] or 0), draft.found))
        elif verb["verb"] == "remove":
            draft.text = remove(draft.text, on)
        elif verb["verb"] == "to":
            draft.text = move(draft.text, on, int(verb["which"] or 0) - int(on[:-1].rpartition("[")[2]))
        else:
            draft.text = move(draft.text, on, -1 if verb["verb"] == "up" else 1)
    except ChangeItInTheText as error:
        draft.refusal = str(error)
