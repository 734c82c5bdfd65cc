"""Find the same films in other studies: equal pixels, or other pixels that came from the same file.

In another canvas a film is another image. What is compared are keyed digests of files (`importing.original`).
"""

from typing import Any

from django.db.models import Q, QuerySet

from readerstudy.truth.models import Provenance, SeenFile


def showing(images: QuerySet[Any, Any]) -> QuerySet[Provenance]:
    """Where images are, whatever the canvas, in all studies. `images` are keys."""
    files = SeenFile.objects.filter(provenance__image__in=images).exclude(original="")
    again = SeenFile.objects.filter(original__in=files.values("original"))
    return Provenance.objects.filter(Q(image__in=images) | Q(pk__in=again.values("provenance")))


def same_films(images: QuerySet[Any, Any]) -> QuerySet[Provenance, Any]:
    """The keys of images and of the same films in other canvases."""
    return showing(images).values("image")
