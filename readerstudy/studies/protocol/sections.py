"""The sections of a protocol, and what each task demands of them."""

from readerstudy.studies.protocol.document import SectionDocument, SourceDocument
from readerstudy.studies.protocol.table import Table

TASKS = ("pick_real", "call", "rate", "check_label")
DESIGNS = ("crossed", "rotate")
MOST_TRIALS = 100_000


def parse_sections(root: Table, sources: tuple[SourceDocument, ...]) -> tuple[SectionDocument, ...]:
    found = [_section(table, sources) for table in root.tables("sections", required=False)]
    names = [section.name for section in found]
    for name in {name for name in names if names.count(name) > 1}:
        root.problem("sections", f"names {name!r} twice; every section needs a name of its own.")
    if found and all(section.practice for section in found):
        root.problem("sections", "are all practice; at least one has to count.")
    return tuple(found)


def _section(table: Table, sources: tuple[SourceDocument, ...]) -> SectionDocument:
    task = table.choice("task", TASKS)
    practice = table.flag("practice", default=False)
    design = table.choice("design", DESIGNS, default="crossed")
    rotated = design == "rotate"
    name = table.name("name")
    section = SectionDocument(
        name=name,
        task=task,
        title=table.text("title", name.replace("-", " ").capitalize()),
        trials=table.whole("trials", 1, MOST_TRIALS),
        compose=table.counts("compose", [source.name for source in sources]),
        rate=table.flag("rate", default=task == "rate"),
        confidence=table.whole("confidence", 0, 9, default=0),
        labels=table.texts("labels", required=task == "check_label"),
        repeats=table.whole("repeats", 0, MOST_TRIALS, default=0),
        catch=table.whole("catch", 0, MOST_TRIALS, default=0),
        practice=practice,
        pass_mark=table.number("pass_mark", 0, 1, default=0) or None,
        design=design,
        anchor=table.whole("anchor", 0, MOST_TRIALS, default=0),
        block=table.whole("block", int(rotated), MOST_TRIALS, default=None if rotated else 0),
        masked_arms=table.flag("masked_arms", default=False),
    )
    _check(table, section, sources)
    table.set_aside(*_out_of_place(section))
    table.finish()
    return section


def _out_of_place(section: SectionDocument) -> list[str]:
    """The fields that a section of this task, design and purpose has no use for."""
    without = {
        "confidence": section.task != "call",
        "labels": section.task != "check_label",
        "rate": section.task in ("rate", "check_label"),
        "pass_mark": not section.practice,
        "repeats": section.practice,
        "catch": section.practice,
        "anchor": section.design != "rotate",
        "block": section.design != "rotate",
        "masked_arms": section.practice or section.task != "rate",
    }
    return [name for name, is_out in without.items() if is_out]


def _check(table: Table, section: SectionDocument, sources: tuple[SourceDocument, ...]) -> None:
    kinds = {source.name: source.kind for source in sources}
    if section.task == "pick_real":
        _check_quartet(table, section, kinds)
    elif section.compose and sum(section.compose.values()) != section.trials:
        table.problem(
            "compose",
            f"adds up to {sum(section.compose.values())} images for {section.trials} trials; "
            f"a {section.task} trial shows one image, so the counts have to add up to the trials.",
        )
    if section.confidence == 1:
        table.problem("confidence", "is 1; give the number of steps from 2 to 9, or 0 for none.")
    if section.confidence and section.task != "call":
        table.problem("confidence", f"belongs to call sections; this one is {section.task}.")
    if section.labels and section.task != "check_label":
        table.problem("labels", f"belongs to check_label sections; this one is {section.task}.")
    if section.rate and section.task == "check_label":
        table.problem("rate", "is true, but a check_label section asks for no rating.")
    if section.pass_mark is not None and not section.practice:
        table.problem("pass_mark", "belongs to practice sections; this one counts.")
    _check_masked_arms(table, section)
    _check_extent(table, section)


def _check_masked_arms(table: Table, section: SectionDocument) -> None:
    """Letters of sources tell nothing only where no answer speaks of truth and no source is more frequent."""
    if not section.masked_arms:
        return
    if section.task != "rate" or section.practice:
        table.problem(
            "masked_arms", "is true; only rate sections, and no practice, may have letters for sources."
        )
    elif len(section.compose) > 1 and len(set(section.compose.values())) > 1:
        table.problem("masked_arms", "is true; that needs equally many images of each source in compose.")


def _check_quartet(table: Table, section: SectionDocument, kinds: dict[str, str]) -> None:
    real = sum(count for name, count in section.compose.items() if kinds[name] == "real")
    shown = section.alternatives
    if section.compose and real != 1:
        table.problem("compose", f"has {real} real images; a pick_real trial needs exactly one.")
    if section.compose and not 2 <= shown <= 8:
        table.problem("compose", f"puts {shown} images on a screen; a pick_real trial shows 2 to 8.")


def _check_extent(table: Table, section: SectionDocument) -> None:
    if section.repeats > section.trials:
        table.problem("repeats", f"is {section.repeats}, more than the {section.trials} trials there are.")
    if section.practice and (section.repeats or section.catch):
        table.problem("practice", "is true; a practice section has neither repeats nor catch trials.")
    if section.design != "rotate":
        for name in ("anchor", "block"):
            if getattr(section, name):
                table.problem(name, "belongs to the design rotate; this section is crossed.")
        return
    rest = section.trials - section.anchor
    if rest < section.block or rest % section.block:
        table.problem(
            "block",
            f"is {section.block}; the {rest} trials that are no anchors have to fall into whole blocks.",
        )
    if section.repeats > section.anchor:
        table.problem("repeats", f"is {section.repeats}; in a rotated design repeats come from the anchors.")
