"""The life of a study as its leader sees it: what is done, what is next, and where that is done."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse

from readerstudy.desk.access import LEADS, OWNERS, STAFF, UNBLINDERS
from readerstudy.desk.unfinished import unfinished
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.truth.blinding.gate import newest_audit
from readerstudy.truth.models import Plan, Provenance, Unblinding


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


@dataclass(frozen=True, kw_only=True)
class _Station:
    """`open_to`: whose page it is, by role."""

    name: str
    title: str
    action: str
    open_to: tuple[str, ...]
    is_done: Callable[["_Facts"], bool]
    said: Callable[["_Facts"], str]
    is_skipped: Callable[["_Facts"], bool] = lambda facts: False
    is_overridden: Callable[["_Facts"], bool] = lambda facts: False


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What the stations look at, gathered in a handful of queries."""

    images: dict[str, int]
    needed: dict[str, int]
    plan: Plan | None
    plan_fits: bool
    audit: str
    locked: bool
    invited: int
    accepted: int
    readers: int
    all_read: bool
    frozen: bool
    unblinded: bool
    sections: int
    trials: int
    rehearsed: bool

    @property
    def enough_images(self) -> bool:
        return all(self.images.get(name, 0) >= count for name, count in self.needed.items())


def _facts(study: Study) -> _Facts:
    document = study.protocol.document
    plan = Plan.objects.filter(study=study).first()
    locked = study.is_locked
    audit = newest_audit(study)
    readers = Enrolment.objects.filter(study=study).readers().current()
    accepted = readers.accepted().count()
    everybody_came = locked and accepted >= document.readers
    return _Facts(
        images=images_by_source(study),
        needed={source.name: document.images_needed(source.name) for source in document.sources},
        plan=plan,
        plan_fits=plan is not None and (locked or plan.fits(study.protocol.digest)),
        audit="" if audit is None else "passed" if audit.passed else _failed(audit),
        locked=locked,
        invited=readers.count(),
        accepted=accepted,
        readers=document.readers,
        all_read=everybody_came and not any(one.role == Role.READER for one in unfinished(study)),
        frozen=study.is_frozen,
        unblinded=Unblinding.objects.filter(study=study).exists(),
        rehearsed=study.runs.filter(kind="preflight", finished_at__isnull=False, error="").exists(),
        sections=len(document.sections),
        trials=sum(section.trials for section in document.sections),
    )


def _failed(audit: object) -> str:
    return "overridden" if hasattr(audit, "override") else "failed"


def images_by_source(study: Study) -> dict[str, int]:
    """How many images each source of a study has."""
    rows = Provenance.objects.filter(source__study=study).values_list("source__name")
    return dict(rows.annotate(images=Count("pk")))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


_AUDIT_WORDS = {
    "": "not run on these images",
    "passed": "passed: no difference in format found",
    "failed": "failed: the format tells the arms apart",
    "overridden": "failed, and overridden with a reason",
}

_STATIONS = (
    _Station(
        name="protocol",
        title="Protocol",
        action="Write the protocol",
        open_to=STAFF,
        is_done=lambda facts: True,
        said=lambda facts: f"{_count(facts.sections, 'section')}, {_count(facts.trials, 'trial')}",
    ),
    _Station(
        name="images",
        title="Images",
        action="Bring the images",
        open_to=LEADS,
        is_done=lambda facts: facts.enough_images,
        said=lambda facts: f"{sum(facts.images.values())} here, {sum(facts.needed.values())} needed",
    ),
    _Station(
        name="plan",
        title="Plan",
        action="Make the plan",
        open_to=LEADS,
        is_done=lambda facts: facts.plan_fits,
        said=lambda facts: (
            "not made yet" if facts.plan is None else "made" if facts.plan_fits else "for an older protocol"
        ),
    ),
    _Station(
        name="audit",
        title="Blinding audit",
        action="Run the blinding audit",
        open_to=LEADS,
        is_done=lambda facts: facts.audit == "passed",
        is_overridden=lambda facts: facts.audit == "overridden",
        said=lambda facts: _AUDIT_WORDS[facts.audit],
    ),
    _Station(
        name="preflight",
        title="Pre-flight",
        action="Rehearse it with virtual readers",
        open_to=LEADS,
        is_done=lambda facts: facts.rehearsed,
        is_skipped=lambda facts: facts.locked,
        said=lambda facts: "rehearsed" if facts.rehearsed else "skipped" if facts.locked else "not rehearsed",
    ),
    _Station(
        name="lock",
        title="Lock",
        action="Lock the study",
        open_to=OWNERS,
        is_done=lambda facts: facts.locked,
        said=lambda facts: "locked" if facts.locked else "open to change",
    ),
    _Station(
        name="people",
        title="Readers",
        action="Invite the readers",
        open_to=OWNERS,
        is_done=lambda facts: facts.accepted >= facts.readers or facts.frozen,
        said=lambda facts: f"{facts.accepted} of {facts.readers} have accepted",
    ),
    _Station(
        name="progress",
        title="Reading",
        action="Watch the reading",
        open_to=STAFF,
        is_done=lambda facts: facts.frozen or facts.all_read,
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
        action="Freeze and unblind",
        open_to=UNBLINDERS,
        is_done=lambda facts: facts.unblinded,
        said=lambda facts: (
            "unblinded" if facts.unblinded else "frozen, blinded" if facts.frozen else "not frozen"
        ),
    ),
    _Station(
        name="result",
        title="Result",
        action="Read the result",
        open_to=UNBLINDERS,
        is_done=lambda facts: False,
        said=lambda facts: "ready" if facts.unblinded else "after the unblinding",
    ),
)


def _state(station: _Station, facts: _Facts) -> str:
    if station.is_done(facts):
        return "done"
    if station.is_overridden(facts):
        return "overridden"
    return "skipped" if station.is_skipped(facts) else "now"


def life_of(study: Study) -> list[Step]:
    """The stations of a study; the first that is neither done, overridden nor skipped is now."""
    facts = _facts(study)
    steps: list[Step] = []
    found_now = False
    for station in _STATIONS:
        state = _state(station, facts)
        if state == "now" and found_now:
            state = "later"
        found_now = found_now or state == "now"
        steps.append(
            Step(
                name=station.name,
                title=station.title,
                said=station.said(facts),
                state=state,
                url=reverse(f"desk-{station.name}", args=[study.slug]),
                action=station.action,
                open_to=station.open_to,
            )
        )
    return steps
