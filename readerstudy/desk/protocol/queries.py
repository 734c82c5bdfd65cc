"""The versions of a protocol, and what a text that is none yet would need."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

from django.shortcuts import get_object_or_404

from readerstudy.desk.protocol.builder.changes import Change, changes_between
from readerstudy.studies.models import Protocol, Study
from readerstudy.studies.protocol import Examination, Problem, examine

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


@dataclass(frozen=True, kw_only=True)
class Check:
    """What is wrong with a text, or what it needs."""

    found: Examination

    @property
    def problems(self) -> tuple[Problem, ...]:
        return tuple(self.found.problems)

    @property
    def warnings(self) -> tuple[Problem, ...]:
        return self.found.warnings

    @property
    def images(self) -> Mapping[str, int] | None:
        document = self.found.document
        if document is None:
            return None
        return {one.name: document.images_needed(one.name) for one in document.sources}

    @property
    def places(self) -> int | None:
        return None if self.found.document is None else self.found.document.places


def check_of(text: str) -> Check:
    return Check(found=examine(text))
