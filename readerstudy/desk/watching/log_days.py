"""The log as a page shows it: sentences grouped by day, a reader's answers of a day as one of them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.utils import timezone
from django.utils.safestring import SafeString

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience, Event
from readerstudy.desk.watching.audit_trail import reader_names, told_of
from readerstudy.desk.watching.sentences import (
    ANSWERS,
    KINDS,
    kind_of,
    sentence_html,
    verbs_of,
    verbs_said_with,
)
from readerstudy.reading.models import Tally
from readerstudy.studies.models import Enrolment, Role, Study

EVENTS_ON_A_PAGE = 100
#: Beyond these, one sentence says what all readers of a day answered.
MOST_READERS_A_DAY = 12
MOST_BARS = 60
READERS, SERVER = "readers", "server"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What of the log is wanted. Without kinds, all; `each` shows every answer as an entry of its own."""

    kinds: frozenset[str] = frozenset()
    who: str = ""
    text: str = ""
    each: bool = False
    start: int = 0

    @property
    def groups_answers(self) -> bool:
        return not (self.each or self.text) and self.wants(ANSWERS) and self.who in ("", READERS)

    def wants(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


@dataclass(frozen=True, kw_only=True)
class Line:
    at: datetime
    kind: str
    sentence: SafeString
    reason: str = ""
    particulars: Mapping[str, Any] = field(default_factory=dict)
    needs_a_look: bool = False


@dataclass(frozen=True, kw_only=True)
class Day:
    day: date
    lines: Sequence[Line]


@dataclass(frozen=True, kw_only=True)
class KindCount:
    name: str
    title: str
    count: int
    is_wanted: bool


@dataclass(frozen=True, kw_only=True)
class Bar:
    day: date
    count: int


@dataclass(frozen=True, kw_only=True)
class Log:
    asked: Asked
    days: Sequence[Day]
    kinds: Sequence[KindCount]
    staff: Sequence[str]
    bars: Sequence[Bar]
    preceding: int | None
    following: int | None


#: Verbs of entries that a leader should not overlook.
_LOOK = (
    "blinding audit overridden",
    "person withdrawn",
    "image disclosed",
    "shared images approved",
    "look taken",
)


def log_page(study: Study, asked: Asked) -> Log:
    """Return a page of the log, newest first, in a fixed number of queries."""
    audience, visible = told_of(study)
    names, staff = reader_names(study), _staff(study)
    events = _wanted(visible, asked, names, staff).order_by("-at", "-pk")
    size = EVENTS_ON_A_PAGE
    found = list(events[max(0, asked.start - 1) : asked.start + size + 1])
    is_beyond = asked.start > 0 and len(found) < 2
    before = found.pop(0).at if asked.start and found else None
    has_more, shown = len(found) > size, found[:size]
    titles = {section.name: section.title for section in study.protocol.document.sections}
    lines = [_line(event, audience, names, titles) for event in shown]
    if asked.groups_answers and not is_beyond:
        lines += _answers(study, after=shown[-1].at if has_more else None, until=before)
    return Log(
        asked=asked,
        days=_by_day(lines),
        kinds=_kinds(visible, study, asked),
        staff=sorted(set(staff.values())),
        bars=_bars(visible, study),
        preceding=max(0, asked.start - size) if asked.start else None,
        following=asked.start + size if has_more else None,
    )


def _staff(study: Study) -> dict[int, str]:
    people = Enrolment.objects.filter(study=study).exclude(role=Role.READER)
    users = User.objects.filter(
        Q(pk__in=people.values("user")) | Q(pk__in=people.values("invitation__claim__by"))
    )
    return {user.pk: str(user) for user in users}


def _wanted(
    events: QuerySet[Event], asked: Asked, readers: Mapping[int | None, str], staff: Mapping[int, str]
) -> QuerySet[Event]:
    """Narrow the events. What is searched are words that the page shows, nothing that it leaves out."""
    if not asked.each:
        events = events.exclude(verb__in=verbs_of((ANSWERS,)))
    if asked.kinds:
        other = ~Q(verb__in=verbs_of(KINDS)) if "jobs" in asked.kinds else Q(pk__in=())
        events = events.filter(Q(verb__in=verbs_of(asked.kinds)) | other)
    if asked.who == READERS:
        events = events.filter(by__in=[pk for pk in readers if pk])
    elif asked.who == SERVER:
        events = events.filter(by=None)
    elif asked.who:
        events = events.filter(by__in=[pk for pk, name in staff.items() if name == asked.who])
    if asked.text:
        text = asked.text.lower()
        named = (*staff.items(), *readers.items())
        people = [pk for pk, name in named if pk and text in name.lower()]
        said = verbs_said_with(text)
        events = events.filter(Q(verb__in=said) | Q(reason__icontains=asked.text) | Q(by__in=people))
    return events


def _line(
    event: Event, audience: Audience, names: Mapping[int | None, str], titles: Mapping[str, str]
) -> Line:
    entry = event.for_audience(audience)
    who = str(names.get(event.by_id, event.by) or "")
    failed = entry.particulars.get("passed") is False or entry.verb == "run failed"
    return Line(
        at=timezone.localtime(entry.at),
        kind=kind_of(entry.verb),
        sentence=sentence_html(entry, who, titles),
        reason=entry.reason,
        particulars=entry.particulars,
        needs_a_look=failed or entry.verb in _LOOK,
    )


def _answers(study: Study, *, after: datetime | None, until: datetime | None) -> list[Line]:
    """Return what readers answered on each day, from the counts kept beside the answers."""
    rows = _tallies(study).filter(answers__gt=0)
    if after is not None:
        rows = rows.filter(last_at__gt=after)
    if until is not None:
        rows = rows.filter(last_at__lte=until)
    by_day: dict[date, dict[str, tuple[int, datetime]]] = defaultdict(dict)
    for day, name, n, last in rows.values_list("day", "enrolment__pseudonym", "answers", "last_at"):
        before, at = by_day[day].get(name, (0, last))
        by_day[day][name] = before + n, max(at, last)
    return [line for day in by_day.values() for line in _answers_of(day)]


def _tallies(study: Study) -> QuerySet[Tally]:
    """Practice and staircases are left out, as in the log: how many answers they took would tell."""
    uncounted = [one.name for one in study.protocol.document.sections if one.practice or one.staircase]
    return Tally.objects.filter(enrolment__study=study).exclude(section__name__in=uncounted).order_by()


def _answers_of(readers: Mapping[str, tuple[int, datetime]]) -> Iterable[Line]:
    def said(who: str, n: int, at: datetime) -> Line:
        trials = "1 trial" if n == 1 else f"{n} trials"
        sentence = SafeString(f"<strong>{who}</strong> answered {trials}.")
        return Line(at=timezone.localtime(at), kind=ANSWERS, sentence=sentence)

    if len(readers) <= MOST_READERS_A_DAY:
        # A pseudonym is letters and digits of the platform's own making.
        return [said(who, n, at) for who, (n, at) in readers.items()]
    count = sum(n for n, _ in readers.values())
    return [said(f"{len(readers)} readers", count, max(at for _, at in readers.values()))]


def _by_day(lines: Iterable[Line]) -> list[Day]:
    days: dict[date, list[Line]] = defaultdict(list)
    for line in sorted(lines, key=lambda line: line.at, reverse=True):
        days[line.at.date()].append(line)
    return [Day(day=day, lines=of_day) for day, of_day in days.items()]


def _kinds(events: QuerySet[Event], study: Study, asked: Asked) -> list[KindCount]:
    counted: dict[str, int] = defaultdict(int)
    rows = events.exclude(verb__in=verbs_of((ANSWERS,))).order_by().values_list("verb")
    for verb, n in rows.annotate(n=Count("pk")):
        counted[kind_of(verb)] += n
    counted[ANSWERS] = _tallies(study).aggregate(n=Sum("answers"))["n"] or 0
    return [
        KindCount(name=name, title=str(title), count=counted[name], is_wanted=asked.wants(name))
        for name, title in KINDS.items()
    ]


def _bars(events: QuerySet[Event], study: Study) -> list[Bar]:
    """Return entries by day, answers included; where days are many, the newest."""
    counts: dict[date, int] = defaultdict(int)
    rows = events.exclude(verb__in=verbs_of((ANSWERS,))).order_by()
    for day, n in rows.annotate(day=TruncDate("at")).values_list("day").annotate(n=Count("pk")):
        counts[day] += n
    for day, n in _tallies(study).values_list("day").annotate(n=Sum("answers")):
        counts[day] += n
    if not counts:
        return []
    last = max(counts)
    first = max(min(counts), last - timedelta(days=MOST_BARS - 1))
    days = (first + timedelta(days=index) for index in range((last - first).days + 1))
    return [Bar(day=day, count=counts.get(day, 0)) for day in days]
