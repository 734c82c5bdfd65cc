"""Whether the fields of a section go together."""

from readerstudy.studies.protocol.document import SectionDocument
from readerstudy.studies.protocol.item_checks import NUMBERS
from readerstudy.studies.protocol.screens import images_by_source
from readerstudy.studies.protocol.setting import Setting
from readerstudy.studies.protocol.staircase import SHORTEST_MS, check_staircase, has_truth
from readerstudy.studies.protocol.table import Table


def check_section(table: Table, section: SectionDocument, setting: Setting) -> None:
    """Name what does not go together; an unknown task is not checked."""
    shows = bool(section.shown_screens) or not table.is_right("show", "compose", "reuse", "draw", "trials")
    if section.task == "pick_real" and setting.kinds_known:
        _check_quartet(table, section, setting.kinds)
    if section.confidence == 1:
        table.problem("confidence", "is 1; give the number of steps from 2 to 9, or 0 for none.")
    if section.confidence and section.task != "call":
        table.problem("confidence", f"belongs to call sections; this one is {section.task}.")
    if section.labels and section.task != "check_label":
        table.problem("labels", f"belongs to check_label sections; this one is {section.task}.")
    if section.rate and section.task == "check_label":
        table.problem("rate", "is true, but a check_label section asks for no rating.")
    _check_purpose(table, section)
    _check_masked_arms(table, section)
    _check_extent(table, section)
    _check_screen(table, section, shows=shows)
    _check_time(table, section)
    check_staircase(table, section)
    table.set_aside(*_out_of_place(table, section))


def _check_quartet(table: Table, section: SectionDocument, kinds: dict[str, str]) -> None:
    at = "show" if table.has("show") else "compose"
    for screen in section.shown_screens:
        where = f"{at}.{screen.name}" if screen.name else at
        real = sum(count for name, count in screen.show.items() if kinds[name] == "real")
        if real != 1:
            table.problem(where, f"has {real} real images; a pick_real trial needs exactly one.")
        elif screen.images < 2:
            table.problem(where, "puts 1 image on a screen; a pick_real trial shows 2 to 12.")
        else:
            continue
        return


def _check_purpose(table: Table, section: SectionDocument) -> None:
    truth = any(has_truth(item) for item in section.trial_items)
    items_right = table.is_right("items")
    if not section.items and items_right and not table.has("items"):
        table.problem("items", "is missing; a section without a task asks one item or more.")
    if section.pass_mark is not None and not section.practice:
        table.problem("pass_mark", "belongs to practice sections; this one counts.")
    elif section.pass_mark is not None and not truth:
        table.problem("pass_mark", "needs an item with a truth; no answer of this section is right or wrong.")
    if section.feedback and not truth:
        table.problem("feedback", "is true; it needs an item with a truth, of which it can tell.")
    if section.feedback and section.allow_back:
        table.problem("feedback", "is true beside allow_back; who was told the truth cannot go back.")


def _check_masked_arms(table: Table, section: SectionDocument) -> None:
    """Letters of sources tell nothing only where no answer speaks of truth and no source is more frequent."""
    if not section.masked_arms:
        return
    counts = images_by_source(section.shown_screens)
    if section.practice or any(item.kind not in NUMBERS or item.truth for item in section.items):
        table.problem(
            "masked_arms",
            "is true; only sections made of scales, numbers and measures without a truth, such as rate, "
            "and no practice, may have letters for sources.",
        )
    elif section.reuse:
        table.problem("masked_arms", "is true; that needs images that no other section shows.")
    elif len(set(counts.values())) > 1:
        where = "show" if table.has("show") else "compose"
        table.problem("masked_arms", f"is true; that needs equally many images of each source in {where}.")


def _check_extent(table: Table, section: SectionDocument) -> None:
    if table.is_right("trials", "repeats", "show", "compose") and section.repeats > section.trials:
        table.problem("repeats", f"is {section.repeats}, more than the {section.trials} trials there are.")
    if section.practice and (section.repeats or section.catch):
        table.problem("practice", "is true; a practice section has neither repeats nor catch trials.")
    if section.catch and section.reuse:
        table.problem("catch", "stands beside reuse; catch trials need images of their own.")
    if section.design != "rotate":
        for name in ("anchor", "block"):
            if getattr(section, name):
                table.problem(name, "belongs to the design rotate; this section is crossed.")
        return
    if not table.is_right("trials", "anchor", "block", "show", "compose"):
        return
    rest = section.trials - section.anchor
    if rest < section.block or rest % section.block:
        table.problem(
            "block",
            f"is {section.block}; the {rest} trials that are no anchors have to fall into whole blocks.",
        )
    if section.repeats > section.anchor:
        table.problem("repeats", f"is {section.repeats}; in a rotated design repeats come from the anchors.")


def _check_screen(table: Table, section: SectionDocument, *, shows: bool) -> None:
    if not shows:
        for name in ("reference", "match", "case", "tells", "staircase", "exposure_ms", "catch", "repeats"):
            if table.has(name) and table.values[name]:
                table.problem(name, "belongs to sections that show images; give show, compose or reuse.")
        return
    if section.arrange == "slider" and table.is_right("show", "compose"):
        other = next((screen.images for screen in section.shown_screens if screen.images != 2), None)
        if other is not None:
            table.problem("arrange", f"is 'slider', which moves between two images; a screen shows {other}.")


def _check_time(table: Table, section: SectionDocument) -> None:
    if 0 < section.exposure_ms < SHORTEST_MS:
        table.problem(
            "exposure_ms",
            f"is {section.exposure_ms}; it has to be 0, or {SHORTEST_MS} and more: a screen draws a frame "
            "in about 16.7 ms.",
        )
    if 0 < section.answer_within_ms <= section.min_view_ms:
        table.problem(
            "answer_within_ms",
            f"is {section.answer_within_ms}; it has to be above min_view_ms = {section.min_view_ms}.",
        )


def _out_of_place(table: Table, section: SectionDocument) -> list[str]:
    """The fields that a section of this task, design and purpose has no use for."""
    shows = bool(section.shown_screens) or table.has("compose") or table.has("show")
    without = {
        "confidence": section.task != "call",
        "labels": section.task != "check_label",
        "rate": section.task in ("rate", "check_label", "ask"),
        "pass_mark": not section.practice,
        "repeats": section.practice or not shows,
        "catch": section.practice or not shows,
        "anchor": section.design != "rotate",
        "block": section.design != "rotate",
        "masked_arms": section.practice or section.task not in ("rate", "ask"),
        "draw": not table.has("show"),
        "compose": table.has("show"),
        "show": table.has("compose"),
        "allow_back": section.practice,
    }
    return [name for name, is_out in without.items() if is_out]
