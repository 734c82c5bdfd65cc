"""A protocol that is being written and not saved yet: it travels with the page, nowhere else is it kept."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.http import HttpRequest, QueryDict

from readerstudy.desk.protocol.builder.form import controls_of, flat
from readerstudy.desk.protocol.builder.raw import raw_of, value_of
from readerstudy.desk.protocol.builder.starters import starter_for
from readerstudy.studies.errors import ChangeItInTheText
from readerstudy.studies.protocol import Asked, Examination, examine
from readerstudy.studies.protocol.rewrite import add, move, put, remove

_VERB = re.compile(r"(?P<verb>add|remove|up|down) (?P<on>[a-z]+(\[\d{1,4}\])?)( (?P<which>\d))?")


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
        _to_form(draft)
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


def _to_form(draft: Draft) -> None:
    found = draft.found
    draft.as_text = not found.is_toml
    if draft.as_text:
        draft.refusal = f"The form cannot be drawn yet. {found.problems[0].sentence}"


def _fill_in(draft: Draft, posted: QueryDict) -> None:
    """Write what differs from the text into the text, and nothing else."""
    asked = draft.found.asked
    for control in flat(controls_of(draft.found).values()):
        if control.path not in posted:
            continue
        typed = posted.getlist(control.path)[-1].replace("\r\n", "\n").replace("\r", "\n")
        if typed == control.raw:
            continue
        field_asked = asked.get(control.path) or Asked(path=control.path, kind="whole", required=False)
        if not _put(draft, control.path, value_of(field_asked, typed)):
            draft.typed[control.path] = typed
    _rename_sources(draft, asked)


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
        if one.kind == "counts" and isinstance(one.value, dict) and renamed.keys() & one.value.keys():
            counts = {renamed.get(name, name): count for name, count in one.value.items()}
            if len(counts) == len(one.value):
                _put(draft, path, counts)


def _rearrange(draft: Draft) -> None:
    verb = _VERB.fullmatch(draft.do)
    if verb is None:
        return
    on = verb["on"]
    try:
        if verb["verb"] == "add":
            draft.text = add(draft.text, on, starter_for(on, int(verb["which"] or 0), draft.found))
        elif verb["verb"] == "remove":
            draft.text = remove(draft.text, on)
        else:
            draft.text = move(draft.text, on, -1 if verb["verb"] == "up" else 1)
    except ChangeItInTheText as error:
        draft.refusal = str(error)
