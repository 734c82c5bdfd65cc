"""The cases of a section, once the study is unblinded."""

from collections.abc import Sequence
from dataclasses import dataclass

from readerstudy.desk.shell.access import LARGEST_KEY
from readerstudy.imaging.delivery import thumbnail_png
from readerstudy.results.cases import gallery
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


def picture_of(study: Study, number: int, size_px: int) -> bytes | None:
    """Return an image as PNG by its number among those that trials show.

    Its own number would tell when it was imported.
    """
    if number > LARGEST_KEY:
        return None
    shown = TrialImage.objects.filter(trial__section__study=study, pk=number).select_related("image").first()
    return None if shown is None else thumbnail_png(shown.image, size_px, scope=study.pk)
