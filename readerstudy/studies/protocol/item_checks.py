"""Whether the items of a section make sense on its screens and beside each other."""

from collections.abc import Mapping, Sequence

from readerstudy.studies.protocol.document import ScreenDocument, SectionDocument
from readerstudy.studies.protocol.items import COMPARING, Condition, Item
from readerstudy.studies.protocol.parse_items import Read, is_label
from readerstudy.studies.protocol.scales import not_a_label
from readerstudy.studies.protocol.setting import Setting
from readerstudy.studies.protocol.table import Table

#: Kinds whose answer is a number, so that it can lie at or above another.
NUMBERS = ("scale", "number", "measure")


def check_items(
    section: SectionDocument, reads: Sequence[Read], setting: Setting, *, screens_known: bool
) -> None:
    """`section.items` are the shorthand items of its task, then those that `reads` holds."""
    _check_names(section, reads)
    short = section.items[: len(section.items) - len(reads)]
    for number, read in enumerate(reads):
        if not read.is_known:
            continue
        before = [*short, *(one.item for one in reads[:number])]
        if screens_known:
            _check_screens(read, section, setting)
        _check_conditions(read, before, reads, section, screens_known=screens_known)
        _check_truth(read, section, setting, screens_known=screens_known)


def _check_names(section: SectionDocument, reads: Sequence[Read]) -> None:
    seen = {item.name for item in section.items[: len(section.items) - len(reads)]}
    for read in reads:
        name = read.item.name
        if name in seen and read.table.is_right("name"):
            read.table.problem("name", f"is {name!r}, which the section asks twice; choose another.")
        seen.add(name)


def _check_screens(read: Read, section: SectionDocument, setting: Setting) -> None:
    item, table, kinds = read.item, read.table, setting.kinds
    screens = section.shown_screens
    if not screens:
        if item.of != "section" and table.is_right("of"):
            table.problem(
                "of",
                f"is {item.of!r}, but the section shows no images; give it show, compose or reuse, "
                "or ask of the section.",
            )
        return
    if item.kind == "pick" and table.is_right("target") and setting.kinds_known:
        for screen in screens:
            count = count_of(item.target, screen, kinds)
            if count != 1:
                table.problem(
                    "target",
                    f"is {item.target!r}, of which {_named(screen)} has {count}; a pick needs exactly one.",
                )
                break
    fewest = min(screen.images for screen in screens)
    if item.kind in ("prefer", "rank") and fewest < 2:
        table.problem("kind", f"is {item.kind!r}, but a screen shows one image; there is nothing to compare.")


def _named(screen: ScreenDocument) -> str:
    return f"the kind of screen {screen.name!r}" if screen.name else "a screen"


def count_of(target: str, screen: ScreenDocument, kinds: Mapping[str, str]) -> int:
    """How many images of a screen are of a kind, or of a source."""
    return sum(count for source, count in screen.show.items() if target in (source, kinds.get(source)))


def _check_conditions(
    read: Read,
    before: Sequence[Item],
    reads: Sequence[Read],
    section: SectionDocument,
    *,
    screens_known: bool,
) -> None:
    if not read.table.is_right("when"):
        return
    known = {item.name: item for item in before}
    unknown = {other.item.name for other in reads if not other.is_known}
    for number, condition in enumerate(read.item.when):
        several = isinstance(read.table.values["when"], list)
        at = f"when[{number}]" if several else "when"
        wrong = ""
        if condition.item in unknown:
            continue
        if condition.item not in known:
            wrong = _why_not_above(condition, read, reads, known)
        else:
            wrong = _why_not_looked_at(condition, read.item, known[condition.item], section, screens_known)
        if wrong:
            read.table.problem(f"{at}.item", wrong)
        else:
            _check_limits(read.table, at, condition, known[condition.item])


def _why_not_above(condition: Condition, read: Read, reads: Sequence[Read], known: Mapping[str, Item]) -> str:
    above = f"the items above it are: {', '.join(known) or 'none'}."
    if condition.item == read.item.name:
        return f"is {condition.item!r}, the item itself; {above}"
    if any(other.item.name == condition.item for other in reads):
        return f"is {condition.item!r}, an item below; {above}"
    return f"is {condition.item!r}, which this section does not ask; {above}"


def _why_not_looked_at(
    condition: Condition, item: Item, other: Item, section: SectionDocument, screens_known: bool
) -> str:
    if other.kind in COMPARING:
        return f"is {other.name!r}, a {other.kind}; a condition cannot look at a pick, prefer or rank."
    if other.kind == "mark":
        return f"is {other.name!r}, a mark; a condition looks at scales, options, numbers or texts."
    if item.of == "section" and other.of != "section":
        return f"is {other.name!r}, asked of each {other.of}; a section item looks at section items only."
    if item.of != "section" and other.of == "section":
        return f"is {other.name!r}, asked once after the last trial."
    one_image = not screens_known or all(screen.images == 1 for screen in section.shown_screens)
    if item.of == "trial" and other.of == "image" and not one_image:
        return f"is {other.name!r}, asked of each of several images; ask this one of the image, too."
    return ""


def _check_limits(table: Table, at: str, condition: Condition, other: Item) -> None:
    if other.kind not in NUMBERS and (condition.at_least is not None or condition.at_most is not None):
        name = "at_least" if condition.at_least is not None else "at_most"
        table.problem(f"{at}.{name}", f"belongs to numbers; {other.name!r} is a {other.kind}. Use is = [..].")
    allowed: tuple[str, ...] = other.values
    if other.kind == "scale" and other.scale is not None:
        allowed = tuple(map(str, other.scale.points))
    for value in condition.values if allowed else ():
        if value not in allowed:
            table.problem(f"{at}.is", f"names {value!r}; {other.name!r} can be {', '.join(allowed)}.")


def _check_truth(read: Read, section: SectionDocument, setting: Setting, *, screens_known: bool) -> None:
    item, table = read.item, read.table
    if not item.truth or not table.is_right("truth"):
        return
    if item.of == "section":
        table.problem("truth", "belongs to items of images and trials; a section item has none.")
        return
    if item.truth in section.tells:
        table.problem("truth", f"is {item.truth!r}, which tells shows beside the image.")
    if screens_known and section.shown_screens and setting.kinds_known:
        _check_known_truth(read, section, setting)
    known = truths_of(item, section, setting)
    if known and table.is_right("positive", "options", "truth"):
        possible = {*known, *item.values}
        for value in item.positive:
            if value not in possible:
                table.problem("positive", f"names {value!r}; allowed are {', '.join(sorted(possible))}.")


def _check_known_truth(read: Read, section: SectionDocument, setting: Setting) -> None:
    """Truths that every image has without a label: its kind, its source, and its screen."""
    item, table = read.item, read.table
    screens = section.shown_screens
    if item.truth == "screen" and len({screen.name for screen in screens}) < 2:
        table.problem("truth", "is 'screen', but there is one kind of screen; name several kinds in show.")
        return
    if is_label(item.truth):
        return
    if item.kind in ("mark", "measure", "choices") or (item.kind in NUMBERS and not item.positive):
        remedy = "; say with positive which count as positive" if item.kind in ("scale", "number") else ""
        table.problem(
            "truth", f"is {item.truth!r}, which is no answer to a {item.kind}; name a label{remedy}."
        )
        return
    truths = truths_of(item, section, setting)
    if item.of == "trial" and item.truth != "screen":
        mixed = [one for one in screens if len({_truth_of(item, source, setting) for source in one.show}) > 1]
        if mixed:
            table.problem("truth", f"is {item.truth!r}, which differs among images of {_named(mixed[0])}.")
            return
    if item.kind == "choice" and table.is_right("options") and not item.other:
        for value in truths:
            if value not in item.values:
                table.problem(
                    "options", f"lacks {value!r}, which is the truth of some; truth is {item.truth!r}."
                )


def _truth_of(item: Item, source: str, setting: Setting) -> str:
    return setting.kinds.get(source, "") if item.truth == "kind" else source


def truths_of(item: Item, section: SectionDocument, setting: Setting) -> tuple[str, ...]:
    """Return the values that the truth of an item can have, () where the protocol does not tell."""
    screens = section.shown_screens
    if item.truth == "screen":
        return tuple(dict.fromkeys(screen.name for screen in screens))
    if item.truth in ("kind", "source"):
        shown = dict.fromkeys(source for screen in screens for source in screen.show)
        return tuple(dict.fromkeys(_truth_of(item, source, setting) for source in shown))
    return setting.values.get(item.truth, ())


def check_labels(table: Table, name: str, labels: Sequence[str]) -> None:
    """Labels are called otherwise than what every image has anyway."""
    for label in labels:
        if label in ("kind", "source", "screen") and table.is_right(name):
            table.problem(name, not_a_label(label))
