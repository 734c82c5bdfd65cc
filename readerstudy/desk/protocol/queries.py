"""The versions of a protocol."""

from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django.shortcuts import get_object_or_404

from readerstudy.desk.protocol.builder.changes import Change, changes_between
from readerstudy.studies.models import Protocol, Study

NEWEST = 100


@dataclass(frozen=True, kw_only=True)
class Version:
    """A version and the one before it; the first of all has none."""

    protocol: Protocol
    before: Protocol | None

    @cached_property
    def changes(self) -> list[Change]:
        return changes_between(self.before.text, self.protocol.text) if self.before else []


def newest_versions(study: Study) -> list[Version]:
    versions = list(study.protocols.select_related("by").order_by("-version")[: NEWEST + 1])
    pairs = [Version(protocol=one, before=before) for one, before in pairwise(versions)]
    return pairs if len(versions) > NEWEST else [*pairs, Version(protocol=versions[-1], before=None)]


def version_of(study: Study, number: int) -> Version:
    found = get_object_or_404(study.protocols.select_related("by"), version=number)
    return Version(protocol=found, before=study.protocols.filter(version=number - 1).first())
