"""Write into the log itself, again and again, where every stream ends.

A reader's stream that is removed whole, or set back to an earlier end with its earlier seal, no longer fits
what was written here. Whoever also sets this stream back is convicted by the line that was kept outside.
"""

from collections.abc import Iterator

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event, Stream
from readerstudy.audit.record import record
from readerstudy.audit.verify import End, Finding, verify_ends, verify_stream

STREAM = "audit"
VERB = "ends kept"


@transaction.atomic
def keep_ends(
    *, by: User | None, scope: str | None = None, on: str = "audit", always: bool = False
) -> Event | None:
    """Record the ends of the streams that have grown since the last time.

    None if none has; with `always`, an event that names none.
    """
    kept = kept_ends()
    streams = Stream.objects.exclude(name=STREAM) if scope is None else Stream.objects.within(scope)
    grown = {
        stream.name: [stream.length, stream.head]
        for stream in streams.filter(length__gt=0)
        if kept.get(stream.name) != (stream.length, stream.head)
    }
    if not grown and not always:
        return None
    return record(STREAM, VERB, by=by, on=on, particulars={"ends": grown})


def kept_ends(scope: str | None = None) -> dict[str, End]:
    """The newest end that was kept of each stream."""
    found: dict[str, End] = {}
    events = Event.objects.filter(stream__name=STREAM, verb=VERB).order_by("number")
    for particulars in events.values_list("particulars", flat=True).iterator():
        found |= {name: (length, head) for name, (length, head) in particulars["ends"].items()}
    return {
        name: end
        for name, end in found.items()
        if scope is None or name == scope or name.startswith(f"{scope}/")
    }


def verify_kept_ends(scope: str | None = None) -> Iterator[Finding]:
    """Streams that no longer have the end that was kept of them."""
    own = Stream.objects.filter(name=STREAM).first()
    if own is not None and scope is not None:
        yield from verify_stream(own)
    yield from verify_ends(kept_ends(scope), when="ends were kept")
