"""The log as every page and file of it reads it: what is for an audience, and of that what it may know."""

from collections.abc import Iterator

from readerstudy.audit.models import Audience, Entry, Event


def visible_in(scope: str, *, audience: Audience) -> Iterator[Entry]:
    events = Event.objects.within(scope).for_audience(audience).select_related("stream", "by")
    return (event.for_audience(audience) for event in events)
