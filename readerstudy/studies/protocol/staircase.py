"""A rule that shortens the exposure after right answers and lengthens it after wrong ones."""

from readerstudy.studies.protocol.document import SectionDocument
from readerstudy.studies.protocol.items import Item, Staircase
from readerstudy.studies.protocol.table import Table

#: One frame of a screen at 60 Hz: nothing can be shown for less.
SHORTEST_MS = 17
LONGEST_MS = 600_000
MOST_STEPS = 1_000


def parse_staircase(section: Table) -> Staircase | None:
    table = section.table("staircase", required=False)
    if table is None:
        return None
    found = Staircase(
        item=table.text("item"),
        start_ms=table.whole("start_ms", SHORTEST_MS, LONGEST_MS),
        min_ms=table.whole("min_ms", SHORTEST_MS, LONGEST_MS),
        max_ms=table.whole("max_ms", SHORTEST_MS, LONGEST_MS),
        down=table.whole("down", 1, MOST_STEPS),
        down_ms=table.whole("down_ms", 1, LONGEST_MS),
        up=table.whole("up", 1, MOST_STEPS),
        up_ms=table.whole("up_ms", 1, LONGEST_MS),
        reversals=table.whole("reversals", 0, MOST_STEPS, default=0),
    )
    if table.is_right("start_ms", "min_ms", "max_ms"):
        if found.min_ms >= found.max_ms:
            table.problem(
                "min_ms", f"is {found.min_ms}, not below max_ms = {found.max_ms}; it could not move."
            )
        elif not found.min_ms <= found.start_ms <= found.max_ms:
            table.problem(
                "start_ms",
                f"is {found.start_ms}; it has to be from min_ms = {found.min_ms} to {found.max_ms}.",
            )
    table.finish()
    if table.wrong:
        section.wrong.add("staircase")
    return found


def check_staircase(table: Table, section: SectionDocument) -> None:
    """What a locked rule that tells its reader whether they were right cannot stand beside."""
    if section.staircase is None:
        return
    for name, beside, remedy in (
        ("exposure_ms", section.exposure_ms > 0, "the staircase sets the exposure; leave exposure_ms out."),
        ("allow_back", section.allow_back, "its answers are final; say allow_back = false."),
        ("practice", section.practice, "a practice section has no staircase."),
        ("repeats", section.repeats > 0, "each image of a staircase is shown once; leave repeats out."),
    ):
        if beside:
            table.problem(name, f"stands beside a staircase: {remedy}")
    if table.is_right("staircase"):
        _check_item(table, section, section.staircase)


def _check_item(table: Table, section: SectionDocument, staircase: Staircase) -> None:
    item = next((one for one in section.items if one.name == staircase.item), None)
    usable = ", ".join(one.name for one in section.items if has_truth(one)) or "none"
    with_truth = f"the items of the section that have a truth are: {usable}."
    if item is None:
        table.problem("staircase.item", f"is {staircase.item!r}, which is not asked here; {with_truth}")
    elif not has_truth(item):
        table.problem("staircase.item", f"is {item.name!r}, which has no truth; {with_truth}")
    elif item.when or not item.required:
        table.problem("staircase.item", f"is {item.name!r}, which is not asked and answered every time.")
    elif item.of == "image" and any(screen.images > 1 for screen in section.shown_screens):
        table.problem("staircase.item", f"is {item.name!r}, asked of several images; show one a screen.")


def has_truth(item: Item) -> bool:
    """Whether an answer to an item is right or wrong."""
    return bool(item.truth) or item.kind == "pick"
