"""Presentations with their slots, by one statement that is written once: what each answer asks for."""

from collections.abc import Iterable
from itertools import groupby
from typing import Any

from django.db import DEFAULT_DB_ALIAS
from django.db.models import QuerySet, prefetch_related_objects

from readerstudy.reading.models import Presentation, Slot
from readerstudy.statements import Given, Statement
from readerstudy.studies.models import Section
from readerstudy.studies.protocol import SectionDocument

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


def screen_named(token: str, *, study: int, place: int) -> Presentation | None:
    found = _presentations(_NAMED.rows(token=token, study=study, place=place))
    return found[0] if found else None


def screens_between(first: int, last: int, *, section: Section, place: int) -> tuple[Presentation, ...]:
    found = _presentations(_BETWEEN.rows(section=section.pk, place=place, first=first, last=last))
    for presentation in found:
        presentation.section = section
    return found


def with_labels(screens: Iterable[Presentation], section: SectionDocument) -> None:
    """Fetch what is known of the images where the section says something of them."""
    if section.labels or section.tells:
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
