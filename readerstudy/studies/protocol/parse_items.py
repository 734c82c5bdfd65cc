"""From the tables of a section's items to items: fields common to all, and those of each kind."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from readerstudy.studies.protocol.items import COMPARING, KINDS, KNOWN_TRUTHS, OF, Condition, Item, Option
from readerstudy.studies.protocol.labels import label_named, options_of
from readerstudy.studies.protocol.scales import points_and_labels
from readerstudy.studies.protocol.setting import Setting
from readerstudy.studies.protocol.table import Table, shown
from readerstudy.studies.protocol.usual_words import usual_none
from readerstudy.studies.protocol.words import Words

MOST_ITEMS = 300
MOST_MARKS = 100
MOST_OPTIONS = 300
MOST_CONDITIONS = 20
LONGEST_ANSWER = 20_000
USUAL_ANSWER = 2_000
FARTHEST = 1e9
#: The fields that not every kind has.
FIELDS = {
    "scale": ("scale", "points", "labels", "truth", "within", "positive"),
    "choice": ("options", "other", "shuffle", "truth", "positive", "confidence"),
    "choices": ("options", "other", "shuffle", "least", "most", "none", "truth"),
    "number": ("min", "max", "step", "unit", "slider", "truth", "within", "positive"),
    "text": ("most",),
    "pick": ("target", "confidence"),
    "prefer": ("none",),
    "rank": (),
    "mark": ("least", "most", "none", "truth", "within", "confidence"),
    "measure": ("what", "unit", "truth", "within"),
}
UNITS = {"distance": ("mm", "px"), "angle": ("degrees",)}
#: Kinds that are asked of an image each, because the answer lies in it.
ON_IMAGES = ("mark", "measure")
#: The fields of a section that put images on its screens.
SHOWING = ("show", "compose", "reuse")


@dataclass(frozen=True, kw_only=True)
class Read:
    """An item with the table it was read from, so that what is wrong with it can be said there."""

    item: Item
    table: Table

    @property
    def is_known(self) -> bool:
        """Whether its kind is one; of an unknown kind nothing more is said."""
        return self.table.is_right("kind")


def parse_items(section: Table, setting: Setting) -> tuple[Read, ...]:
    tables = section.tables("items", required=False, most=MOST_ITEMS)
    shows = any(section.has(name) for name in SHOWING)
    return tuple(_item(table, setting, shows=shows) for table in tables)


def _item(table: Table, setting: Setting, *, shows: bool) -> Read:
    kind = table.choice("kind", tuple(KINDS))
    known = table.is_right("kind")
    usual = "trial" if kind in COMPARING else "image" if shows or kind in ON_IMAGES else "section"
    of = table.choice("of", OF, default=usual if known else "image")
    common: dict[str, Any] = {
        "name": table.name("name"),
        "kind": kind,
        "ask": table.words("ask"),
        "of": of,
        "help": table.words("help", Words()),
        "required": table.flag("required", default=True),
        "skip": table.words("skip", Words(), longest=200),
        "margin": table.maybe_number("margin", 0.000001, FARTHEST),
        "when": _conditions(table),
    }
    if known:
        common |= _SPECIAL[kind](table, setting)
        common |= _truth(table, kind)
        _refuse_other_fields(table, kind)
        _check_of(table, kind, of)
    else:
        table.known += [name for names in FIELDS.values() for name in names]
    table.finish()
    return Read(item=Item(**common), table=table)


def _refuse_other_fields(table: Table, kind: str) -> None:
    for name in dict.fromkeys(name for names in FIELDS.values() for name in names):
        if name in FIELDS[kind] or not table.has(name):
            continue
        owners = ", ".join(owner for owner, names in FIELDS.items() if name in names)
        table.known.append(name)
        table.problem(name, f"belongs to items of kind {owners}; this item is of kind {kind}.")


def _check_of(table: Table, kind: str, of: str) -> None:
    if not table.is_right("of"):
        return
    if kind in COMPARING and of != "trial":
        table.problem("of", f"is {of!r}; a {kind} compares the images of a trial, so it is of trial.")
    if kind in ON_IMAGES and of != "image":
        table.problem("of", f"is {of!r}; a {kind} is made on an image, so it is of image.")


def _truth(table: Table, kind: str) -> dict[str, Any]:
    fields = FIELDS[kind]
    found: dict[str, Any] = {}
    if "truth" in fields:
        found["truth"] = table.text("truth", "")
    if "within" in fields:
        found["within"] = table.number("within", 0, FARTHEST, default=0)
    if "positive" in fields:
        found["positive"] = _values(table, "positive")
        if not found["positive"] and found["truth"] == "kind":
            found["positive"] = ("synthetic",)
    if "confidence" in fields:
        found["confidence"] = table.whole("confidence", 0, 9, default=0)
        if found["confidence"] == 1:
            table.problem("confidence", "is 1; give the number of steps from 2 to 9, or 0 for none.")
    for name in ("within", "positive"):
        if table.has(name) and table.is_right(name) and not table.has("truth"):
            table.problem(name, "belongs to items with a truth; give a truth, or leave it out.")
    return found


def _values(table: Table, name: str) -> tuple[str, ...]:
    """A list of values as data hold them; numbers may stand as numbers."""
    what = 'a list of values, such as ["a", "b"]'
    value = table.anything(name, kind="values", what=what)
    if value is None:
        return ()
    if not isinstance(value, list) or not value or not all(type(one) in (str, int) for one in value):
        table.problem(name, f"is {shown(value)}; it has to be {what}.")
        return ()
    found = tuple(map(str, value))
    table.refuse_twice(name, found)
    return found


def _conditions(table: Table) -> tuple[Condition, ...]:
    value = table.anything("when", kind="table", what="a table, or a list of tables that must all hold")
    if value is None:
        return ()
    several = isinstance(value, list)
    if several and not value:
        table.problem("when", "is an empty list; give one condition or more, or leave it out.")
    if several and len(value) > MOST_CONDITIONS:
        table.problem("when", f"has {len(value)} conditions; there can be {MOST_CONDITIONS}.")
        return ()
    tables = [
        Table(one, f"{table.at('when')}[{i}]" if several else table.at("when"), table.report)
        for i, one in enumerate(value if several else [value])
    ]
    found = tuple(_condition(one) for one in tables)
    if any(one.wrong for one in tables) or not all(isinstance(t.values, dict) for t in tables):
        table.wrong.add("when")
    return found


def _condition(table: Table) -> Condition:
    condition = Condition(
        item=table.text("item"),
        values=_values(table, "is"),
        at_least=table.maybe_number("at_least", -FARTHEST, FARTHEST),
        at_most=table.maybe_number("at_most", -FARTHEST, FARTHEST),
    )
    limited = table.has("at_least") or table.has("at_most")
    if table.has("is") and limited:
        table.problem("is", "stands beside at_least or at_most; give values, or limits.")
    elif not table.has("is") and not limited and table.values:
        table.problem("item", "is not enough; say with is, at_least or at_most which answers are meant.")
    table.finish()
    return condition


def _scale(table: Table, setting: Setting) -> dict[str, Any]:
    named = table.text("scale", "")
    own = table.has("points") or table.has("labels")
    if own:
        if table.has("scale"):
            table.problem("scale", "stands beside points and labels; name a scale, or give its points.")
        return {"scale": points_and_labels(table)}
    table.known += ["points", "labels"]
    if not named:
        return {"scale": setting.scale}
    if named not in setting.scales:
        listed = ", ".join(setting.scales) or "there are none; write one as [[scales]]"
        table.problem("scale", f"names {named!r}; the scales are: {listed}.")
    return {"scale": setting.scales.get(named, setting.scale)}


def _choice(table: Table, setting: Setting) -> dict[str, Any]:
    return {
        "options": _options(table, setting),
        "other": table.words("other", Words(), longest=200),
        "shuffle": table.flag("shuffle", default=False),
    }


def _choices(table: Table, setting: Setting) -> dict[str, Any]:
    found = _choice(table, setting)
    count = len(found["options"]) + bool(found["other"])
    most = count if table.is_right("options") and count else MOST_MARKS
    return found | _least_and_most(table, "choices", most)


def _least_and_most(table: Table, kind: str, highest: int) -> dict[str, Any]:
    least = table.whole("least", 0, highest, default=min(1, highest))
    most = table.maybe_whole("most", 1, highest)
    if table.is_right("least", "most") and most is not None and least > most:
        table.problem("least", f"is {least}, more than most = {most}.")
    return {"least": least, "most": most, "none": _none(table, kind)}


def _none(table: Table, kind: str) -> Words:
    """The text of the answer that takes nothing; true stands for the usual one."""
    value = table.anything("none", kind="none", what="true, or a text")
    if value is None or value is False:
        return Words()
    if value is True:
        return usual_none(kind, table.report.languages or ("en",))
    said = table.as_words("none", value, longest=200)
    if table.is_right("none") and not said.strip():
        table.problem("none", "is empty; it has to be true, or a text.")
    return said


def _options(table: Table, setting: Setting) -> tuple[Option, ...]:
    values = setting.values
    what = 'a list of texts, such as ["a", "b"], or a label that [values] lists'
    value = table.anything("options", kind="options", what=what, required=True)
    if value is None:
        return ()
    if isinstance(value, str):
        if value not in values:
            listed = ", ".join(values) or "there are none"
            table.problem("options", f"is {shown(value)}; the labels that [values] lists: {listed}.")
        return options_of(label_named(value, setting.labels), values.get(value, ()))
    if not isinstance(value, list):
        table.problem("options", f"is {shown(value)}; it has to be {what}.")
        return ()
    if len(value) > MOST_OPTIONS:
        table.problem("options", f"has {len(value)} options; there can be {MOST_OPTIONS}.")
    found = tuple(_option(table, i, one) for i, one in enumerate(value[:MOST_OPTIONS]))
    if not table.is_right("options"):
        return found
    if len(found) < 2:
        table.problem("options", f"is a list of {len(found)}; give two options or more.")
    for name, times in Counter(option.value for option in found).items():
        if times > 1:
            table.problem("options", f"has {name!r} twice; every option needs a value of its own.")
    return found


def _option(table: Table, number: int, said: Any) -> Option:
    """A text, a text in each language, or a table of `value` and `text`."""
    at = f"options[{number}]"
    if not isinstance(said, dict) or not said.keys() & {"value", "text"}:
        text = table.as_words(at, said, longest=500)
        if table.is_right("options") and not text.strip():
            table.problem(at, "is empty; write something here.")
        return Option(value=str(text), text=text)
    inner = Table(said, table.at(at), table.report)
    value = inner.text("value", "", longest=200)
    text = inner.words("text", Words(value), longest=500)
    if not (value or text).strip() and not inner.wrong:
        inner.problem("value", "is empty; write something here.")
    inner.finish()
    if inner.wrong:
        table.wrong.add("options")
    return Option(value=value or str(text), text=text)


def _number(table: Table, setting: Setting) -> dict[str, Any]:
    low, high = table.maybe_number("min", -FARTHEST, FARTHEST), table.maybe_number("max", -FARTHEST, FARTHEST)
    step = table.maybe_number("step", -FARTHEST, FARTHEST)
    slider = table.flag("slider", default=False)
    if table.is_right("min", "max") and low is not None and high is not None and low >= high:
        table.problem("min", f"is {low:g}, which is not below max = {high:g}.")
    if step is not None and table.is_right("step") and step <= 0:
        table.problem("step", f"is {step:g}; it has to be above 0.")
    if slider and (low is None or high is None):
        table.problem("slider", "is true; a slider needs min and max.")
    unit = table.words("unit", Words(), longest=40)
    return {"low": low, "high": high, "step": step, "slider": slider, "unit": unit}


def _pick(table: Table, setting: Setting) -> dict[str, Any]:
    names = [source.name for source in setting.sources]
    allowed = tuple(dict.fromkeys(("real", "synthetic", *names)))
    return {"target": table.choice("target", allowed, default="real")}


def _measure(table: Table, setting: Setting) -> dict[str, Any]:
    what = table.choice("what", tuple(UNITS))
    known = table.is_right("what")
    usual = "degrees" if what == "angle" else "mm" if setting.canvas.spacing_mm else "px"
    unit = table.choice("unit", ("mm", "px", "degrees"), default=usual)
    if known and table.is_right("unit"):
        if unit not in UNITS[what]:
            allowed = " or ".join(UNITS[what])
            table.problem(
                "unit", f"is {unit!r}; the unit of {'an' if what == 'angle' else 'a'} {what} is {allowed}."
            )
        elif unit == "mm" and setting.canvas.spacing_mm is None:
            table.problem("unit", "is 'mm', but the canvas has no spacing_mm; give it, or measure in px.")
    return {"what": what, "unit": Words(unit)}


_SPECIAL: dict[str, Callable[[Table, Setting], dict[str, Any]]] = {
    "scale": _scale,
    "choice": _choice,
    "choices": _choices,
    "number": _number,
    "text": lambda table, _: {"most": table.whole("most", 1, LONGEST_ANSWER, default=USUAL_ANSWER)},
    "pick": _pick,
    "prefer": lambda table, _: {"none": _none(table, "prefer")},
    "rank": lambda *_: {},
    "mark": lambda table, _: _least_and_most(table, "mark", MOST_MARKS),
    "measure": _measure,
}


def is_label(truth: str) -> bool:
    """Whether a truth is a label of images."""
    return bool(truth) and truth not in KNOWN_TRUTHS
