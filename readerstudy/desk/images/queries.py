"""The sources of a study, what the protocol needs of each, and their images."""

from dataclasses import dataclass

from django.shortcuts import get_object_or_404

from readerstudy.desk.shell.facts import images_by_source
from readerstudy.imaging.delivery import part_png, thumbnail_png
from readerstudy.imaging.models import Image
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import SourceDocument
from readerstudy.truth.models import Provenance, Source

#: The side of the part of an image that a page enlarges.
PART_PX = 64


@dataclass(frozen=True, kw_only=True)
class SourceRow:
    """A source of the protocol; `source` is None until an image is in it."""

    document: SourceDocument
    have: int
    needed: int
    source: Source | None

    @property
    def checkpoint(self) -> str | None:
        return (self.source and self.source.checkpoint_digest) or None

    @property
    def is_short(self) -> bool:
        return self.have < self.needed

    @property
    def missing(self) -> int:
        return max(0, self.needed - self.have)

    @property
    def percent(self) -> int:
        return min(100, round(100 * self.have / self.needed)) if self.needed else 100


def sources_of(study: Study) -> list[SourceRow]:
    document, have = study.protocol.document, images_by_source(study)
    stored = {source.name: source for source in Source.objects.filter(study=study)}
    return [
        SourceRow(
            document=declared,
            have=have.get(declared.name, 0),
            needed=document.images_needed(declared.name),
            source=stored.get(declared.name),
        )
        for declared in document.sources
    ]


def source_picture(study: Study, number: int, size_px: int) -> bytes:
    """Return an image of one of the study's sources as PNG."""
    return thumbnail_png(_image(study, number), size_px, scope=study.pk)


def part_of_source_picture(study: Study, number: int, part: str) -> bytes:
    """Return the middle or the corner of an image as it is stored, to be enlarged by the page."""
    return part_png(_image(study, number), PART_PX, corner=part == "corner")


def _image(study: Study, number: int) -> Image:
    rows = Provenance.objects.filter(source__study=study).select_related("image")
    return get_object_or_404(rows, pk=number).image
