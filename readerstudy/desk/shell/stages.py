"""The stages of a study: what is done, what is next, and on which page."""

from collections.abc import Callable
from dataclasses import dataclass

from django.urls import reverse

from readerstudy.desk.shell.access import LEADS, OWNERS, STAFF, UNBLINDERS
from readerstudy.desk.shell.facts import Facts, facts_of
from readerstudy.studies.models import Study


@dataclass(frozen=True, kw_only=True)
class Step:
    """One station: `state` is done, overridden, skipped, now or later; `said` is its state in a few words."""

    name: str
    title: str
    said: str
    state: str
    url: str
    action: str
    open_to: tuple[str, ...]
    has_failed: bool = False


@dataclass(frozen=True, kw_only=True)
class _Station:
    """`open_to`: whose page it is, by role; `state`: done, or what is instead; nothing where it is open."""

    name: str
    title: str
    action: str
    open_to: tuple[str, ...]
    state: Callable[[Facts], str | bool]
    said: Callable[[Facts], str]


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def _images_said(facts: Facts) -> str:
    if facts.missing:
        return "still needed: " + ", ".join(f"{count} of {name}" for name, count in facts.missing.items())
    return f"{sum(facts.images.values())} images, {sum(facts.needed.values())} needed"


def _readers_said(facts: Facts) -> str:
    people = f"{facts.accepted - facts.virtual} of {facts.readers} accepted"
    return f"{people}, {facts.virtual} virtual" if facts.virtual else people


_AUDIT_WORDS = {
    "": "not run on these images",
    "passed": "passed: no difference in format found",
    "failed": "failed: the format tells the arms apart",
    "overridden": "failed, overridden",
}

_STATIONS = (
    _Station(
        name="protocol",
        title="Protocol",
        action="Write the protocol",
        open_to=STAFF,
        state=lambda facts: True,
        said=lambda facts: f"{_count(facts.sections, 'section')}, {_count(facts.trials, 'trial')}",
    ),
    _Station(
        name="images",
        title="Images",
        action="Add the images",
        open_to=LEADS,
        state=lambda facts: not facts.missing,
        said=_images_said,
    ),
    _Station(
        name="plan",
        title="Plan",
        action="Make the plan",
        open_to=LEADS,
        state=lambda facts: facts.plan_fits,
        said=lambda facts: (
            "not made yet" if facts.plan is None else "made" if facts.plan_fits else "out of date"
        ),
    ),
    _Station(
        name="audit",
        title="Blinding audit",
        action="Run the blinding audit",
        open_to=LEADS,
        state=lambda facts: facts.audit == "passed" or facts.audit,
        said=lambda facts: _AUDIT_WORDS[facts.audit],
    ),
    _Station(
        name="preflight",
        title="Pre-flight",
        action="Rehearse with virtual readers",
        open_to=LEADS,
        state=lambda facts: facts.rehearsed or (facts.locked and "skipped"),
        said=lambda facts: "rehearsed" if facts.rehearsed else "skipped" if facts.locked else "not rehearsed",
    ),
    _Station(
        name="lock",
        title="Lock",
        action="Lock the study",
        open_to=OWNERS,
        state=lambda facts: facts.locked,
        said=lambda facts: "locked" if facts.locked else "open to change",
    ),
    _Station(
        name="people",
        title="Readers",
        action="Invite the readers",
        open_to=OWNERS,
        state=lambda facts: facts.accepted >= facts.readers or facts.frozen,
        said=_readers_said,
    ),
    _Station(
        name="progress",
        title="Reading",
        action="Watch the reading",
        open_to=STAFF,
        state=lambda facts: facts.frozen or facts.all_read,
        said=lambda facts: (
            "closed"
            if facts.frozen
            else "everybody has finished"
            if facts.all_read
            else "open"
            if facts.locked
            else "opens with the lock"
        ),
    ),
    _Station(
        name="ending",
        title="Freeze and unblind",
        action="Freeze the data, then unblind",
        open_to=UNBLINDERS,
        state=lambda facts: facts.unblinded,
        said=lambda facts: (
            "unblinded" if facts.unblinded else "frozen, blinded" if facts.frozen else "not frozen"
        ),
    ),
    _Station(
        name="result",
        title="Result",
        action="Read the result",
        open_to=UNBLINDERS,
        state=lambda facts: False,
        said=lambda facts: "ready" if facts.unblinded else "after the unblinding",
    ),
)


def life_of(study: Study) -> list[Step]:
    return stages_of(study, facts_of(study))


def stages_of(study: Study, facts: Facts) -> list[Step]:
    """Return the stages; the first that is neither done, overridden nor skipped is now."""
    steps: list[Step] = []
    for station in _STATIONS:
        found = station.state(facts)
        state = "done" if found is True else found or "now"
        has_failed = state == "failed"
        if state in ("now", "failed"):
            state = "later" if any(step.state == "now" for step in steps) else "now"
        steps.append(
            Step(
                name=station.name,
                title=station.title,
                said=station.said(facts),
                state=state,
                url=reverse(f"desk-{station.name}", args=[study.slug]),
                action="Unblind the study" if station.name == "ending" and facts.frozen else station.action,
                open_to=station.open_to,
                has_failed=has_failed,
            )
        )
    return steps
