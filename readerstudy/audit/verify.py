"""Find what was done to the log behind the platform's back, and say to which row."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from itertools import pairwise
from operator import or_

from django.db import connection
from django.db.models import Q

from readerstudy.audit import guards
from readerstudy.audit.chain import digest_of, digest_of_values, is_sealed, key_of_seal
from readerstudy.audit.errors import UnknownStream
from readerstudy.audit.models import GENESIS, Event, Stream
from readerstudy.statements import Given, Statement, written_time

# A row out of place is searched for among all numbers this often in a stream; the rest by the same shift.
SEARCHES = 20
CLOCK_JITTER = timedelta(seconds=1)
ENDS_AT_ONCE = 200

#: The number and the digest of an event with which a stream ended.
End = tuple[int, str]


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that is wrong, in words."""

    stream: str
    what: str
    #: Whether results may not be taken from what is wrong here. A clock that was set back is worth a look.
    stops: bool = True

    def __str__(self) -> str:
        return f"{self.stream}: {self.what}"


def verify(scope: str | None = None, *, former_keys: bool = False) -> Iterator[Finding]:
    """Everything wrong with the streams of a scope (all of them, if none is named).

    With `former_keys`, seals of former secret keys hold too: for whoever is about to renew them.
    """
    streams = Stream.objects.order_by("pk") if scope is None else Stream.objects.within(scope)
    if scope is not None and not streams.exists():
        raise UnknownStream(
            f"The audit log knows no study or stream {scope!r}. Give none to verify all of it."
        )
    ours = guards.installed(connection)
    for name, what in guards.faults(connection, ours).items():
        yield Finding(stream="database", what=f"the trigger {name} {what} (--restore-triggers puts it back)")
    for name in guards.strangers(connection, ours):
        what = f"the trigger {name} is not the platform's; find out what it does and drop it"
        yield Finding(stream="database", what=what, stops=False)
    for stream in streams:
        yield from verify_stream(stream, former_keys=former_keys)


def verify_stream(stream: Stream, *, former_keys: bool = False) -> Iterator[Finding]:
    """Compare each row with its own hash, its hash with the next row, and the last with the sealed head."""
    passed = _Pass(stream)
    if not passed.is_whole():
        yield from _diagnose(stream)
    for what in _seal(stream, former_keys=former_keys):
        yield Finding(stream=stream.name, what=what)
    for what in passed.set_back:
        yield Finding(stream=stream.name, what=what, stops=False)


def verify_ends(ends: Mapping[str, End], *, when: str) -> Iterator[Finding]:
    """Hold the log against the ends of streams that were kept elsewhere."""
    names = list(ends)
    for start in range(0, len(names), ENDS_AT_ONCE):
        some = {name: ends[name] for name in names[start : start + ENDS_AT_ONCE]}
        found = _digests_at(some)
        for name, (number, digest) in some.items():
            if name not in found:
                yield Finding(stream=name, what=f"event #{number} was there when {when} and is gone")
            elif found[name] != digest:
                yield Finding(stream=name, what=f"event #{number} is another one than when {when}")


def _digests_at(ends: Mapping[str, End]) -> dict[str, str]:
    """The digest of each event, by its stream."""
    keys = dict(Stream.objects.filter(name__in=ends).values_list("pk", "name"))
    wanted = (Q(stream=pk, number=ends[name][0]) for pk, name in keys.items())
    events = Event.objects.filter(reduce(or_, wanted, Q(pk__in=()))).order_by()
    return {keys[stream]: digest for stream, digest in events.values_list("stream", "digest")}


_COLUMNS = ("number", "by", "verb", "subject", "reason", "audience", "previous")
_EVENTS = Statement(
    lambda: (
        Event.objects.filter(stream=Given("stream"))
        .order_by("number", "pk")
        .values_list("at", "particulars", "digest", *_COLUMNS)
    )
)


class _Pass:
    """One look at every row in order: enough to say that a stream is whole."""

    def __init__(self, stream: Stream) -> None:
        self.stream = stream
        self.set_back: list[str] = []

    def is_whole(self) -> bool:
        head, length, last = GENESIS, 0, ""
        for at, particulars, digest, *values in _EVENTS.rows(stream=self.stream.pk):
            said = dict(zip(_COLUMNS, values, strict=True))
            now = written_time(at)
            length += 1
            if (said["number"], said["previous"]) != (length, head):
                return False
            said |= {"stream": self.stream.name, "at": now, "particulars": json.loads(particulars)}
            if digest_of_values(**said) != digest:
                return False
            if now < last:
                self._watch_clock(length, datetime.fromisoformat(last), datetime.fromisoformat(now))
            head, last = digest, now
        return (length, head) == (self.stream.length, self.stream.head)

    def _watch_clock(self, number: int, last: datetime, at: datetime) -> None:
        if last - at > CLOCK_JITTER:
            self.set_back.append(
                f"event #{number} is {last - at} older than the event before it: "
                "the clock of the server was set back"
            )


def _diagnose(stream: Stream) -> Iterator[Finding]:
    events = _in_order(stream, Event.objects.filter(stream=stream).order_by("number", "pk"))
    for what in (*_rows(stream, events), *_gaps(stream, events), *_head(stream, events)):
        yield Finding(stream=stream.name, what=what)


def _in_order(stream: Stream, events: Iterable[Event]) -> list[Event]:
    """By number; of rows that share one, that first which the next row or the head follows on."""
    rows = list(events)
    followed = {stream.head, *(event.previous for event in rows)}
    return sorted(rows, key=lambda event: (event.number, event.digest not in followed))


def _rows(stream: Stream, events: list[Event]) -> Iterator[str]:
    finder = _PlaceFinder(stream, events)
    digest_at: dict[int, str] = {0: GENESIS}
    for event in events:
        if event.number in digest_at:
            yield f"event #{event.number} ({event.verb}) stands there twice: a row was inserted"
            continue
        digest_at[event.number] = event.digest
        if digest_of(event, stream=stream.name) != event.digest:
            origin = finder.origin_of(event)
            yield (
                f"event #{event.number} ({event.verb}) was changed"
                if origin is None
                else f"event #{event.number} ({event.verb}) was reordered: it was written as #{origin}"
            )
        elif event.number > stream.length:
            yield f"event #{event.number} ({event.verb}) was inserted behind the end"
        elif digest_at.get(event.number - 1, event.previous) != event.previous:
            yield (
                f"event #{event.number} ({event.verb}) does not follow on #{event.number - 1}: "
                "one of the two was rewritten, inserted or exchanged"
            )


class _PlaceFinder:
    """Where in the stream a row was written that now has another number."""

    def __init__(self, stream: Stream, events: list[Event]) -> None:
        self.stream = stream.name
        self.farthest = 2 * len(events) + SEARCHES
        self.shift = 0
        self.searches = SEARCHES

    def origin_of(self, event: Event) -> int | None:
        if self._was_at(event, event.number + self.shift):
            return event.number + self.shift
        if self.searches == 0:
            return None
        self.searches -= 1
        for number in range(1, self.farthest):
            if self._was_at(event, number):
                self.shift = number - event.number
                return number
        return None

    def _was_at(self, event: Event, number: int) -> bool:
        return digest_of(event, stream=self.stream, number=number) == event.digest


def _gaps(stream: Stream, events: Iterable[Event]) -> Iterator[str]:
    present = sorted({event.number for event in events if event.number <= stream.length})
    removed = [(a + 1, b - 1) for a, b in pairwise([0, *present]) if b > a + 1]
    if removed:
        yield _removed(removed)
    last = present[-1] if present else 0
    if last < stream.length:
        yield f"the tail was cut off: {_removed([(last + 1, stream.length)])}"


def _head(stream: Stream, events: list[Event]) -> Iterator[str]:
    last = next((event.digest for event in events if event.number == stream.length), None)
    if stream.length == 0:
        last = GENESIS
    if last is not None and last != stream.head:
        yield f"event #{stream.length} is not the one that was written last"


def _seal(stream: Stream, *, former_keys: bool) -> Iterator[str]:
    if stream.scope != stream.name.split("/")[0]:
        yield f"its scope was changed to {stream.scope!r}"
    if is_sealed(stream) or not (stream.length or stream.events.exists()):
        return
    if key_of_seal(stream) is None:
        yield "the seal of the head does not fit: length and head were not written by this platform"
    elif not former_keys:
        yield (
            "the seal of the head was made with a former secret key. If you changed SECRET_KEY just now, run "
            "manage.py verify_audit --reseal; otherwise it was forged with a key that leaked"
        )


def _removed(runs: list[tuple[int, int]]) -> str:
    parts = [f"#{first}" if first == last else f"#{first} to #{last}" for first, last in runs]
    one = len(runs) == 1 and runs[0][0] == runs[0][1]
    return f"event {parts[0]} was removed" if one else f"events {', '.join(parts)} were removed"
