"""Presentations with their slots, by one statement that is written once: what each answer asks for."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet, prefetch_related_objects

from readerstudy.reading.models import Presentation, Slot
from readerstudy.reading.plan import plan_of
from readerstudy.reading.steps import document_of
from readerstudy.statements import Given, Statement
from readerstudy.studies.models import Enrolment, Section

_PRESENTATION = ("id", "section_id", "trial_id", "place", "order", "repeats_id", "token")
_SLOT = ("id", "presentation_id", "position", "trial_image_id", "token")


def _rows(slots: QuerySet[Slot]) -> QuerySet[Slot, Any]:
    of_presentation = (f"presentation__{name}" for name in _PRESENTATION)
    return slots.order_by("presentation__order", "position").values_list(*of_presentation, *_SLOT)


_NAMED = Statement(
    lambda: _rows(
        Slot.objects.filter(
            presentation__token=Given("token"),
            presentation__section__study=Given("study"),
            presentation__place=Given("place"),
        )
    )
)
_BETWEEN = Statement(
    lambda: _rows(
        Slot.objects.filter(
            presentation__section=Given("section"),
            presentation__place=Given("place"),
            presentation__order__gte=Given("first"),
            presentation__order__lte=Given("last"),
        )
    )
)


@dataclass
class _Near:
    """The screens of one place that this process has read last, which the next request mostly asks for."""

    screens: tuple[Presentation, ...] = ()


@lru_cache(maxsize=256)
def _near(study: int, plan_digest: str, place: int) -> _Near:
    """A locked plan never changes. Whether its reader may see a screen now is asked at every request."""
    return _Near()


def _near_to(enrolment: Enrolment) -> _Near:
    return _near(enrolment.study_id, enrolment.study.lock.plan_digest, enrolment.own_place)


def screen_named(token: str, *, of: Enrolment) -> Presentation | None:
    """Return a screen of a reader's place by its token."""
    near = next((screen for screen in _near_to(of).screens if screen.token == token), None)
    if near is not None:
        return near
    found = _presentations(_NAMED.rows(token=token, study=of.study_id, place=of.own_place))
    sections = {planned.section.pk: planned.section for planned in plan_of(of)}
    for screen in found:
        _complete([screen], sections.get(screen.section_id) or screen.section, of)
    return found[0] if found else None


def screens_between(first: int, last: int, *, section: Section, of: Enrolment) -> tuple[Presentation, ...]:
    """Return the screens of a section at a reader's place from one order to another."""
    near = _near_to(of)
    held = tuple(one for one in near.screens if one.section_id == section.pk and first <= one.order <= last)
    if not held or held[0].order > first:
        held = ()
    begin = held[-1].order + 1 if held else first
    if begin <= last:
        rows = _BETWEEN.rows(section=section.pk, place=of.own_place, first=begin, last=last)
        found = _presentations(rows)
        _complete(found, section, of)
        held = near.screens = (*held, *found)
    return held


def _complete(screens: Sequence[Presentation], section: Section, of: Enrolment) -> None:
    """Add the section, and what is known of the images where the section says something of them."""
    for screen in screens:
        screen.section = section
    document = document_of(of).section(section.name)
    if document.labels or document.tells:
        prefetch_related_objects([slot for one in screens for slot in one.screen_slots], "trial_image")


def _presentations(rows: list[tuple[Any, ...]]) -> tuple[Presentation, ...]:
    return tuple(
        _presentation(list(slots)) for _, slots in groupby(rows, key=lambda row: row[: len(_PRESENTATION)])
    )


def _presentation(rows: list[tuple[Any, ...]]) -> Presentation:
    width = len(_PRESENTATION)
    presentation = Presentation.from_db(DEFAULT_DB_ALIAS, _PRESENTATION, rows[0][:width])
    presentation.screen_slots = tuple(Slot.from_db(DEFAULT_DB_ALIAS, _SLOT, row[width:]) for row in rows)
    return presentation
