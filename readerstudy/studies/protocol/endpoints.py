"""The arms of a study, and what it decides."""

from collections.abc import Mapping, Sequence

from readerstudy.studies.protocol.document import ArmDocument, EndpointDocument
from readerstudy.studies.protocol.items import Item
from readerstudy.studies.protocol.sections import ReadSection
from readerstudy.studies.protocol.setting import Setting
from readerstudy.studies.protocol.study import KINDS_OF_SOURCE
from readerstudy.studies.protocol.table import Table

ROLES = ("primary", "secondary")
TESTS = ("difference", "superiority", "non_inferiority", "equivalence")
WITH_MARGIN = ("non_inferiority", "equivalence")
#: What can be decided of each kind of item.
WHAT = {
    "scale": ("mean", "auc", "kappa"),
    "choice": ("accuracy", "sensitivity", "specificity", "auc", "share"),
    "choices": ("share",),
    "number": ("mean", "error", "icc", "auc"),
    "text": (),
    "pick": ("accuracy",),
    "prefer": ("worth", "net"),
    "rank": ("worth",),
    "mark": ("count", "froc"),
    "measure": ("mean", "error", "icc"),
}
ALL = tuple(dict.fromkeys(what for names in WHAT.values() for what in names))
NEED_TRUTH = ("accuracy", "sensitivity", "specificity", "auc", "error", "froc")
NEED_POSITIVE = ("sensitivity", "specificity", "auc")
#: What is not computed of one kind of screen.
NEED_ONE_KIND = ("auc", "kappa", "icc", "worth", "net")
FARTHEST = 1e9
#: How many items a sentence lists.
MOST_NAMED = 12


def parse_arms(root: Table, sections: Sequence[ReadSection]) -> tuple[ArmDocument, ...]:
    names = [one.section.name for one in sections]
    found = []
    for table in root.tables("arms", required=False):
        arm = ArmDocument(name=table.name("name"), sections=table.texts("sections", required=True))
        if table.has("sections") and table.is_right("sections") and not arm.sections:
            table.problem("sections", f"is empty; the sections are {', '.join(names)}.")
        for name in arm.sections:
            if names and name not in names:
                table.problem("sections", f"names {name!r}; the sections are {', '.join(names)}.")
        table.finish()
        found.append((arm, table))
    arms = tuple(arm for arm, _ in found)
    root.refuse_namesakes("arms", (arm.name for arm in arms))
    if arms and all(table.is_right("sections") for _, table in found):
        read = {name for arm in arms for name in arm.sections}
        for name in (name for name in names if name not in read):
            root.problem("arms", f"leaves out section {name!r}; every section is read by an arm.")
    return arms


def parse_endpoints(
    root: Table, sections: Sequence[ReadSection], setting: Setting
) -> tuple[EndpointDocument, ...]:
    found = []
    for table in root.tables("endpoints", required=False):
        endpoint = EndpointDocument(
            name=table.name("name"),
            of=table.text("of"),
            what=table.choice("what", ALL),
            role=table.choice("role", ROLES, default="secondary"),
            option=table.text("option", ""),
            compare=table.texts("compare"),
            against=table.maybe_number("against", -FARTHEST, FARTHEST),
            test=table.choice("test", TESTS, default="difference"),
            margin=table.maybe_number("margin", 0.000001, FARTHEST),
            better=table.choice("better", ("higher", "lower"), default="higher"),
        )
        _check_test(table, endpoint)
        _check_item(table, endpoint, sections, setting)
        table.finish()
        found.append(endpoint)
    root.refuse_namesakes("endpoints", (endpoint.name for endpoint in found))
    return tuple(found)


def _check_test(table: Table, endpoint: EndpointDocument) -> None:
    if table.has("compare") and table.has("against"):
        table.problem("against", "stands beside compare; compare two, or hold one against a value.")
    elif not table.has("compare") and not table.has("against"):
        table.problem(
            "compare", "is missing; name two sources, kinds or sections, or give against = a value."
        )
    if not table.is_right("test"):
        return
    if endpoint.test in WITH_MARGIN and not table.has("margin"):
        table.problem("margin", f"is missing; {endpoint.test} needs one, in the units of {endpoint.what}.")
    elif endpoint.test not in WITH_MARGIN and table.has("margin"):
        table.problem(
            "margin", f"belongs to the tests {' and '.join(WITH_MARGIN)}; this test is {endpoint.test}."
        )


def _check_item(
    table: Table, endpoint: EndpointDocument, sections: Sequence[ReadSection], setting: Setting
) -> None:
    if not table.is_right("of") or not endpoint.of:
        return
    by_name = {one.section.name: one for one in sections}
    name, dot, asked = endpoint.of.partition(".")
    where = by_name.get(name)
    if where is None or not dot:
        table.problem("of", _no_section(endpoint.of, by_name))
        return
    if not where.table.is_right("task"):
        return
    if where.section.practice:
        table.problem("of", f"is {endpoint.of!r}, of a practice section, which does not count.")
        return
    items = {item.name: item for item in where.section.items}
    if asked not in items:
        unread = not where.table.is_right("items") or any(
            not one.table.is_right("name") for one in where.items
        )
        if not unread:
            listed = ", ".join(items) or "none"
            table.problem("of", f"names the item {asked!r}; the items of section {name!r} are: {listed}.")
        return
    broken = {one.item.name for one in where.items if one.table.wrong}
    if asked not in broken:
        _check_what(table, endpoint, items[asked])
    if table.has("compare") and table.is_right("compare", "against"):
        _check_compare(table, endpoint, where, items[asked], by_name, setting)


def _no_section(of: str, by_name: Mapping[str, ReadSection]) -> str:
    """Say which part of "section.item" is none, and what may stand there."""
    name, dot, _ = of.partition(".")
    counting = {one: where for one, where in by_name.items() if not where.section.practice}
    if dot:
        return f"names the section {name!r}; the sections are: {', '.join(counting) or 'none'}."
    asked = [f"{one}.{item.name}" for one, where in counting.items() for item in where.section.items]
    mine = [pair for pair in asked if of in pair.split(".")]
    listed = ", ".join((mine or asked)[:MOST_NAMED]) or "there is none yet"
    return f'is {of!r}; it has to be "section.item", such as {listed}.'


def _check_what(table: Table, endpoint: EndpointDocument, item: Item) -> None:
    if not table.is_right("what"):
        return
    allowed = ", ".join(WHAT[item.kind]) or "none"
    if endpoint.what not in WHAT[item.kind]:
        table.problem("what", f"is {endpoint.what!r}; what can be decided of a {item.kind}: {allowed}.")
        return
    if endpoint.what in NEED_TRUTH and not item.truth and item.kind != "pick":
        table.problem("what", f"is {endpoint.what!r}, but {item.name!r} has no truth.")
    elif endpoint.what in NEED_POSITIVE and not item.positive:
        table.problem(
            "what",
            f"is {endpoint.what!r}, but {item.name!r} does not say with positive what counts as positive.",
        )
    if endpoint.what == "share":
        if item.values and endpoint.option not in item.values and table.is_right("option"):
            table.problem(
                "option",
                f"is {endpoint.option!r}; the options of {item.name!r} are {', '.join(item.values)}."
                if table.has("option")
                else f"is missing; the options of {item.name!r} are {', '.join(item.values)}.",
            )
    elif table.has("option"):
        table.problem("option", f"belongs to endpoints of a share; this one decides {endpoint.what}.")


def _check_compare(
    table: Table,
    endpoint: EndpointDocument,
    where: ReadSection,
    item: Item,
    by_name: Mapping[str, ReadSection],
    setting: Setting,
) -> None:
    """Two of a sort: sources or kinds that the section shows, or sections that ask the item."""
    if len(endpoint.compare) != 2:
        table.problem("compare", f'names {len(endpoint.compare)}; it has to name two, such as ["a", "b"].')
        return
    right = where.table.is_right("show", "compose", "reuse", "draw", "trials")
    if not right or not setting.kinds_known:
        return
    shown = _sources_apart(item, where)
    kinds = [kind for kind in KINDS_OF_SOURCE if kind in {setting.kinds[source] for source in shown}]
    if endpoint.what == "worth":
        kinds = []
    asking = [
        name
        for name, one in by_name.items()
        if not one.section.practice and any(other.name == item.name for other in one.section.items)
    ]
    sorts = {"sources": shown, "kinds": kinds, "sections": asking}
    if item.of == "trial" and endpoint.what not in NEED_ONE_KIND:
        screens = [screen.name for screen in where.section.shown_screens if screen.name]
        sorts |= {"kinds of screen": screens} if screens else {}
    if not any(set(endpoint.compare) <= set(names) for names in sorts.values()):
        listed = "; ".join(f"{sort}: {', '.join(names) or 'none'}" for sort, names in sorts.items())
        unknown = [repr(name) for name in endpoint.compare if not any(name in s for s in sorts.values())]
        said = f"names {' and '.join(unknown)}" if unknown else f"is {list(endpoint.compare)}"
        table.problem("compare", f"{said}; it has to name two of a sort. Here there are {listed}.")


def _sources_apart(item: Item, where: ReadSection) -> list[str]:
    """The sources that an answer to the item can be about: of a screen that mixes them none."""
    screens = where.section.shown_screens
    whole = item.of == "trial" and item.kind not in ("prefer", "rank")
    if whole and any(len(screen.show) > 1 for screen in screens):
        return []
    return list(dict.fromkeys(source for screen in screens for source in screen.show))
