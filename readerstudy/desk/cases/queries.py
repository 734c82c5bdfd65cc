from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.shortcuts import get_object_or_404

from readerstudy.desk.cases.replay import replay_of
from readerstudy.imaging.delivery import thumbnail_png
from readerstudy.results.cases import case_of, gallery
from readerstudy.results.looks import Look, dwell_on, looks_at
from readerstudy.studies.models import Section, Study, TrialImage
from readerstudy.web.paging import Page


@dataclass(frozen=True, kw_only=True)
class GalleryPage(Page):
    """Some cases of how many, and the sources that the cases show."""

    count: int
    sources: Sequence[str]


def gallery_page(
    study: Study, section: Section, *, reader: str, source: str, start: int, size: int, reasons: bool = False
) -> GalleryPage:
    """Read a page of a section's cases, those that fooled most readers first."""
    found = gallery(study, section, reader=reader, source=source, start=start, most=size, reasons=reasons)
    return GalleryPage(
        rows=list(found.cases),
        start=start,
        size=size,
        has_more=start + size < found.count,
        count=found.count,
        sources=found.sources,
    )


def looked_at(study: Study, section: Section, number: int, reader: str = "") -> dict[str, Any] | None:
    """Where readers looked in a case, or one of them; None if nobody answered it."""
    case = case_of(study, section, number)
    if case is None:
        return None
    canvas, looks = study.lock.protocol.document.canvas, looks_at(study, section, number)
    chosen = looks_of(reader, looks)
    maps = [(image.source, dwell_on(image.trial_image, chosen, canvas)) for image in case.images]
    return {
        "images": [
            {"source": source, "seconds": dwell.seconds, "peak": dwell.peak, "cells": dwell.cells.tolist()}
            for source, dwell in maps
        ],
        "readers": [
            {"reader": look.reader, "again": look.again, "handling": look.handling, **replay_of(look, canvas)}
            for look in looks
        ],
    }


def looks_of(reader: str, looks: Sequence[Look]) -> list[Look]:
    """The first showings that maps are drawn from: of one reader, or of all."""
    known = {look.reader for look in looks}
    return [look for look in looks if not look.again and (reader not in known or look.reader == reader)]


def picture_of(study: Study, number: int, size_px: int, frame: int | None = None) -> bytes:
    """Return an image, or one of its frames, as PNG by its number among those that trials show.

    Its own number would tell when it was imported.
    """
    shown = TrialImage.objects.filter(trial__section__study=study).select_related("image")
    image = get_object_or_404(shown, pk=number).image
    return thumbnail_png(image, size_px, scope=study.pk, frame=frame)
