"""The sections of a protocol, and what each task demands of them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from readerstudy.studies.protocol.document import ARRANGEMENTS, MASKS, SectionDocument
from readerstudy.studies.protocol.item_checks import check_items, check_labels
from readerstudy.studies.protocol.items import Item
from readerstudy.studies.protocol.parse_items import Read, parse_items
from readerstudy.studies.protocol.screens import parse_screens
from readerstudy.studies.protocol.section_checks import check_section
from readerstudy.studies.protocol.setting import Setting
from readerstudy.studies.protocol.shorthands import shorthand_items
from readerstudy.studies.protocol.staircase import parse_staircase
from readerstudy.studies.protocol.table import MOST_TRIALS, Table
from readerstudy.studies.protocol.words import Words

TASKS = ("pick_real", "call", "rate", "check_label", "ask")
DESIGNS = ("crossed", "rotate")
LONGEST_EXPOSURE_MS = 600_000


@dataclass(frozen=True, kw_only=True)
class ReadSection:
    """A section with its table and those of its items, for what has to be said once all are known."""

    section: SectionDocument
    table: Table
    items: tuple[Read, ...]


def parse_sections(root: Table, setting: Setting) -> tuple[ReadSection, ...]:
    found: list[ReadSection] = []
    for table in root.tables("sections", required=False):
        found.append(_section(table, [one.section for one in found], setting))
    root.refuse_namesakes("sections", (one.section.name for one in found))
    if found and all(one.section.practice for one in found):
        root.problem("sections", "are all practice; at least one has to count.")
    _check_meanings(found)
    _check_letters(found)
    return tuple(found)


def _check_letters(found: Sequence[ReadSection]) -> None:
    """Letters of sources tell nothing only of images that no other section shows."""
    for one in found:
        again = next((other.section.name for other in found if other.section.reuse == one.section.name), None)
        if one.section.masked_arms and again and one.table.is_right("masked_arms"):
            one.table.problem("masked_arms", f"is true, but section {again!r} shows its images again.")


def _section(table: Table, above: Sequence[SectionDocument], setting: Setting) -> ReadSection:
    task = table.choice("task", TASKS, default="ask")
    known = table.is_right("task")
    practice = table.flag("practice", default=False)
    rotated = table.choice("design", DESIGNS, default="crossed") == "rotate"
    name = table.name("name")
    shown = parse_screens(table, task if known else "", above, setting)
    section = SectionDocument(
        name=name,
        task=task,
        title=table.words("title", Words(name.replace("-", " ").capitalize())),
        trials=shown.trials,
        compose=shown.compose,
        screens=shown.screens,
        reused=shown.reused,
        draw=shown.draw,
        reuse=shown.reuse,
        rate=table.flag("rate", default=task == "rate"),
        confidence=table.whole("confidence", 0, 9, default=0),
        labels=table.texts("labels", required=task == "check_label" and known),
        repeats=table.whole("repeats", 0, MOST_TRIALS, default=0),
        catch=table.whole("catch", 0, MOST_TRIALS, default=0),
        practice=practice,
        pass_mark=table.number("pass_mark", 0, 1, default=0) or None,
        design="rotate" if rotated else "crossed",
        anchor=table.whole("anchor", 0, MOST_TRIALS, default=0),
        block=table.whole("block", int(rotated), MOST_TRIALS, default=None if rotated else 0),
        masked_arms=table.flag("masked_arms", default=False),
        briefing=table.words("briefing", Words()),
        help=table.words("help", Words()),
        discloses=table.words("discloses", Words()),
        feedback=table.flag("feedback", default=False),
    )
    section = _inherited(_with_screen(section, table, setting), table, above)
    section = _with_reading(section, table, setting)
    items = parse_items(table, setting)
    short = shorthand_items(section, setting) if known else ()
    section = replace(section, items=(*short, *(read.item for read in items)))
    if known:
        check_section(table, section, setting)
    fields = ("task", "show", "compose", "trials", "draw", "reuse")
    check_items(section, items, setting, screens_known=table.is_right(*fields))
    table.finish()
    return ReadSection(section=section, table=table, items=items)


def _with_screen(section: SectionDocument, table: Table, setting: Setting) -> SectionDocument:
    names = [source.name for source in setting.sources]
    reference = table.text("reference", "")
    if reference and reference not in names:
        table.problem("reference", f"names {reference!r}; the sources are {', '.join(names)}.")
    found = replace(
        section,
        reference=reference,
        match=table.texts("match"),
        case=table.flag("case", default=False),
        tells=table.texts("tells"),
        arrange=table.choice("arrange", ARRANGEMENTS, default="grid"),
        order=table.choice("order", ("random", "fixed"), default="random"),
        shuffle_items=table.flag("shuffle_items", default=False),
        exposure_ms=table.whole("exposure_ms", 0, LONGEST_EXPOSURE_MS, default=0),
        mask=table.choice("mask", MASKS, default="noise"),
        min_view_ms=table.whole("min_view_ms", 0, LONGEST_EXPOSURE_MS, default=0),
        answer_within_ms=table.whole("answer_within_ms", 0, 100 * LONGEST_EXPOSURE_MS, default=0),
        staircase=parse_staircase(table),
    )
    for name in ("match", "tells", "labels"):
        check_labels(table, name, getattr(found, name))
    return found


def _inherited(section: SectionDocument, table: Table, above: Sequence[SectionDocument]) -> SectionDocument:
    """Screens that are shown as they are bring their reference along, and who reads which of them."""
    other = next((one for one in above if one.name == section.reuse), None)
    if other is None or not section.reused:
        return section
    if not table.has("design"):
        section = replace(section, design=other.design, anchor=other.anchor, block=other.block)
    if not other.reference:
        return section
    if section.reference not in ("", other.reference):
        table.problem(
            "reference",
            f"is {section.reference!r}, but the screens of {other.name!r} have {other.reference!r}; "
            "leave it out, or group the images anew with show.",
        )
    return replace(section, reference=other.reference)


def _with_reading(section: SectionDocument, table: Table, setting: Setting) -> SectionDocument:
    """What [study] and [reading] say of all sections, unless this one says otherwise."""
    reading = setting.reading
    reasons = table.wordlist("reasons")
    pause = table.maybe_whole("break_after", 0, 10_000)
    back = table.flag("allow_back", default=reading.allow_back)
    if section.practice and table.has("allow_back") and back:
        table.problem("allow_back", "is true; an answer in a practice section is final.")
    return replace(
        section,
        washout_days=table.whole("washout_days", 0, 3650, default=setting.washout_days),
        reasons=reasons if table.has("reasons") else reading.reasons,
        spots=table.flag("spots", default=reading.spots),
        allow_back=back and not section.practice,
        break_after=reading.break_after if pause is None else pause or None,
    )


def _check_meanings(found: Sequence[ReadSection]) -> None:
    """One name is one question in all sections: its answers stand in one column."""
    meanings: dict[str, tuple[Item, str]] = {}
    for one in found:
        own = {read.item.name: read for read in one.items}
        for item in one.section.items:
            first, where = meanings.setdefault(item.name, (item, one.section.name))
            read = own.get(item.name)
            if read is not None and not (read.is_known and read.table.is_right("name")):
                meanings.pop(item.name, None) if first is item else None
                continue
            different = _difference(first, item)
            if different:
                (read.table if read else one.table).problem(
                    "name" if read else "task",
                    f"asks {item.name!r} with another {different} than section {where!r}; "
                    "one name is one question, so give this one a name of its own.",
                )


def _difference(one: Item, other: Item) -> str:
    points = [item.scale.points if item.scale else () for item in (one, other)]
    pairs = {
        "kind": (one.kind, other.kind),
        "of": (one.of, other.of),
        "list of options": (one.values, other.values),
        "points": (points[0], points[1]),
        "unit": (str(one.unit), str(other.unit)),
    }
    return next((name for name, (a, b) in pairs.items() if a != b), "")


def as_asked(section: SectionDocument) -> SectionDocument:
    """Ask a task of several images as items: its own columns hold one answer a screen.

    So with a call or a label check on a screen of several images, and a pick on screens of unlike size.
    """
    sizes = {screen.images for screen in section.shown_screens}
    single = section.task in ("call", "check_label") and sizes - {1}
    if not single and not (section.task == "pick_real" and len(sizes) > 1):
        return section
    items = tuple(item if item.task == "rate" else replace(item, task="") for item in section.items)
    told = tuple(dict.fromkeys((*section.labels, *section.tells)))
    return replace(section, task="ask", items=items, tells=told, labels=(), confidence=0)
