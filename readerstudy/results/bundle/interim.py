"""Looks before the end, as study.json says them."""

from typing import Any

from django.db.models import QuerySet, Sum

from readerstudy.reading.models import Tally
from readerstudy.results.models import InterimLook
from readerstudy.studies.models import Study
from readerstudy.studies.protocol.looks import sections_decided_by

METHODS = {"obrien-fleming": "lan-demets-obrien-fleming", "pocock": "lan-demets-pocock"}


def looks_said(study: Study, *, last: bool) -> dict[str, Any]:
    """What was planned and taken, and which share of the planned answers this bundle has."""
    looks = study.protocol.document.looks
    if looks is None:
        return {}
    return {
        "looks": {
            "method": METHODS[looks.spending],
            "planned": [share / 100 for share in looks.at],
            "taken": [look.said() for look in InterimLook.objects.filter(study=study)],
            "information": answers_so_far(study) / answers_planned(study),
            "last": last,
        }
    }


def sections_looked_at(study: Study) -> list[str]:
    """The sections whose answers decide the primary endpoint."""
    protocol = study.protocol.document
    primary = protocol.primary
    if primary is None:
        return []
    return sections_decided_by(primary, {section.name for section in protocol.sections})


def answers_planned(study: Study) -> int:
    """Of all planned readers."""
    protocol = study.protocol.document
    names = sections_looked_at(study)
    return max(1, sum(protocol.section(name).read_by_each * readers_planned(study, name) for name in names))


def readers_planned(study: Study, name: str) -> int:
    """How many are to read a section; where arms are planned, those whose arm reads it."""
    protocol = study.protocol.document
    arms = [protocol.arm_of(place) for place in range(1, protocol.readers + 1)]
    return sum(arm is None or name in arm.sections for arm in arms)


def answers_so_far(study: Study) -> int:
    """Of people and virtual readers whose answers count; programs are compared with them, not counted."""
    return _counted(study).aggregate(sum=Sum("answers"))["sum"] or 0


def mixes_virtual_readers(study: Study) -> bool:
    """Whether both people and virtual readers, who answer from the truth, would decide."""
    return set(_counted(study).values_list("enrolment__virtual", flat=True)) == {True, False}


def _counted(study: Study) -> QuerySet[Tally]:
    counted = Tally.objects.filter(
        enrolment__study=study, enrolment__program=False, section__name__in=sections_looked_at(study)
    )
    return counted.exclude(enrolment__withdrawal__keep_answers=False).order_by()
