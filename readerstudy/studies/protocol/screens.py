"""What the screens of a section show: from `show`, `compose`, `draw` and `reuse`."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from math import comb

from readerstudy.studies.protocol.document import ScreenDocument, SectionDocument
from readerstudy.studies.protocol.setting import Setting
from readerstudy.studies.protocol.table import MOST_TRIALS, Table, shown

MOST_IMAGES = 12


@dataclass(frozen=True, kw_only=True)
class Shown:
    """`reused` are the screens of another section, shown as they are."""

    trials: int = 0
    compose: Mapping[str, int]
    screens: tuple[ScreenDocument, ...] = ()
    reused: tuple[ScreenDocument, ...] = ()
    draw: int = 0
    reuse: str = ""


def parse_screens(table: Table, task: str, above: Sequence[SectionDocument], setting: Setting) -> Shown:
    names = [source.name for source in setting.sources]
    reuse = table.text("reuse", "")
    kinds = _kinds_of_screen(table, names)
    needed = task not in ("ask", "") and not reuse and not table.has("show")
    compose = table.counts("compose", names, required=needed)
    draw = table.maybe_whole("draw", 1, len(names)) or 0
    if table.has("show") and table.has("compose"):
        table.problem("show", "stands beside compose; give one of them: show counts a screen, compose all.")
        table.whole("trials", 1, MOST_TRIALS, default=1)
        return Shown(compose={})
    if table.has("show"):
        shown = _of_each_screen(table, kinds, draw, trials=_trials(table))
    elif table.has("compose") or needed:
        shown = _composed(table, task, compose)
    elif reuse:
        shown = _as_they_are(table, reuse, above)
    else:
        shown = _page_of_questions(table, task)
    if table.has("draw") and not table.has("show"):
        table.problem("draw", "belongs beside show: it says how many of its sources one screen shows.")
    shown = replace(shown, reuse=reuse)
    _check_reuse(table, shown, above)
    return shown


def _trials(table: Table) -> int:
    return table.whole("trials", 1, MOST_TRIALS)


def _of_each_screen(table: Table, kinds: Mapping[str, Mapping[str, int]], draw: int, *, trials: int) -> Shown:
    """Several kinds of screen in equal shares; with `draw`, each in all its combinations equally often."""
    right = table.is_right("show", "trials", "draw") and bool(kinds)
    if right and trials % len(kinds):
        table.problem("trials", f"is {trials}; {len(kinds)} kinds of screen need a multiple of {len(kinds)}.")
        right = False
    if right and draw:
        right = _check_draw(table, kinds, draw, trials)
    if not right:
        return Shown(compose={}, trials=trials)
    screens = tuple(
        screen for name, show in kinds.items() for screen in _drawn(name, show, draw, trials // len(kinds))
    )
    for screen in screens:
        if not 1 <= screen.images <= MOST_IMAGES:
            at = f"show.{screen.name}" if screen.name else "show"
            table.problem(at, f"puts {screen.images} images on a screen; a screen shows 1 to {MOST_IMAGES}.")
            break
    return Shown(trials=trials, compose=_compose_of(screens), screens=screens, draw=draw)


def _check_draw(table: Table, kinds: Mapping[str, Mapping[str, int]], draw: int, trials: int) -> bool:
    for show in kinds.values():
        if draw > len(show):
            table.problem("draw", f"is {draw}; it has to be 1 to {len(show)}, the sources in show.")
            return False
        ways = comb(len(show), draw)
        if (trials // len(kinds)) % ways:
            step = ways * len(kinds)
            table.problem(
                "trials",
                f"is {trials}; {draw} of {len(show)} sources can be drawn in {ways} ways, all shown equally "
                f"often, so give a multiple of {step}.",
            )
            return False
    return True


def _drawn(name: str, show: Mapping[str, int], draw: int, trials: int) -> list[ScreenDocument]:
    if not draw:
        return [ScreenDocument(name=name, show=show, trials=trials)]
    each = trials // comb(len(show), draw)
    return [
        ScreenDocument(name=name, show={source: show[source] for source in drawn}, trials=each)
        for drawn in combinations(show, draw)
    ]


def _compose_of(screens: Sequence[ScreenDocument]) -> dict[str, int]:
    """Images of the whole section where screens show one image, of one screen where they show several."""
    counts: dict[str, int] = {}
    for screen in screens:
        for source, count in screen.show.items():
            if all(one.images == 1 for one in screens):
                counts[source] = counts.get(source, 0) + count * screen.trials
            else:
                counts[source] = max(counts.get(source, 0), count)
    return counts


def _composed(table: Table, task: str, compose: Mapping[str, int]) -> Shown:
    if task == "pick_real":
        trials = _trials(table)
        if compose and not 1 <= sum(compose.values()) <= MOST_IMAGES:
            table.problem(
                "compose",
                f"puts {sum(compose.values())} images on a screen; pick_real shows 2 to {MOST_IMAGES}.",
            )
        one = ScreenDocument(show=compose, trials=trials)
        return Shown(trials=trials, compose=compose, screens=(one,) if compose else ())
    total = sum(compose.values())
    trials = table.whole("trials", 1, MOST_TRIALS, default=total or 1)
    if task and compose and table.is_right("trials", "compose") and total != trials:
        what = "a trial" if task == "ask" else f"a {task} trial"
        table.problem(
            "compose",
            f"adds up to {total} images for {trials} trials; "
            f"{what} shows one image, so the counts have to add up to the trials.",
        )
    screens = tuple(ScreenDocument(show={source: 1}, trials=count) for source, count in compose.items())
    return Shown(trials=trials, compose=compose, screens=screens)


def _as_they_are(table: Table, reuse: str, above: Sequence[SectionDocument]) -> Shown:
    """The screens of a section above; how many there are need not be said again."""
    other = next((section for section in above if section.name == reuse), None)
    usual = max(other.trials, 1) if other else 1
    trials = table.whole("trials", 1, MOST_TRIALS, default=usual)
    if other is None:
        return Shown(trials=trials, compose={})
    screens = other.shown_screens
    if screens and table.has("trials") and table.is_right("trials") and trials != other.trials:
        table.problem(
            "trials",
            f"is {trials}; the section shows all {other.trials} screens of {reuse!r}, so leave trials out, "
            "or say with show or compose which of its images to show.",
        )
    return Shown(trials=usual, compose={}, reused=screens)


def _page_of_questions(table: Table, task: str) -> Shown:
    trials = table.whole("trials", 0, MOST_TRIALS, default=0)
    if trials and task != "":
        table.problem(
            "trials", f"is {trials}, but nothing says what its screens show; give show, compose or reuse."
        )
    return Shown(compose={})


def _check_reuse(table: Table, shown: Shown, above: Sequence[SectionDocument]) -> None:
    if not table.has("reuse") or not table.is_right("reuse"):
        return
    other = next((section for section in above if section.name == shown.reuse), None)
    named = ", ".join(section.name for section in above if section.shown_screens and not section.practice)
    usable = f"reuse names a section above that counts and shows images: {named or 'there is none'}."
    if other is None:
        table.problem("reuse", f"is {shown.reuse!r}, which is no section above; {usable}")
    elif other.practice:
        table.problem("reuse", f"is {shown.reuse!r}, a practice section, which tells the truth; {usable}")
    elif not other.shown_screens:
        table.problem("reuse", f"is {shown.reuse!r}, which shows no images; {usable}")
    elif shown.screens:
        _check_supply(table, shown, other)


def _check_supply(table: Table, shown: Shown, other: SectionDocument) -> None:
    """Whether the other section has as many images of each source as are grouped anew."""
    have, need = images_by_source(other.shown_screens), images_by_source(shown.screens)
    where = "show" if table.has("show") else "compose"
    for source, count in need.items():
        if count > have.get(source, 0):
            table.problem(
                where, f"needs {count} images of {source}; {other.name!r} has {have.get(source, 0)} to reuse."
            )


def images_by_source(screens: Sequence[ScreenDocument]) -> dict[str, int]:
    """Return how many images of each source these screens show."""
    counts: dict[str, int] = {}
    for screen in screens:
        for source, count in screen.show.items():
            counts[source] = counts.get(source, 0) + count * screen.trials
    return counts


def _kinds_of_screen(table: Table, sources: Sequence[str]) -> dict[str, dict[str, int]]:
    """Read `show`: counts by source, or several kinds of screen by name, each with its counts."""
    what = f"counts by source, such as {{ {next(iter(sources), 'real')} = 1 }}"
    value = table.anything("show", kind="screens", what=what, allowed=tuple(sources))
    if value is None:
        return {}
    if not isinstance(value, dict) or not value:
        table.problem("show", f"is {shown(value)}; it has to be {what}.")
        return {}
    nested = [key for key, one in value.items() if isinstance(one, dict)]
    if not nested:
        return {"": table.as_counts("show", value, sources)}
    if len(nested) < len(value):
        plain = next(key for key in value if key not in nested)
        table.problem("show", f"mixes kinds of screen with a count ({plain}); give one or the other.")
        return {}
    for kind in (kind for kind, counts in value.items() if not counts):
        table.problem(f"show.{kind}", f"is empty; a screen shows 1 to {MOST_IMAGES} images.")
    return {kind: table.as_counts(f"show.{kind}", counts, sources) for kind, counts in value.items()}
