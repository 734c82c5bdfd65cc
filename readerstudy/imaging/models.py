"""Pixels without a past: an image knows its grey values, and nothing about where they came from."""

from django.db import models
from django.utils import timezone


def key_of(digest: str) -> str:
    """Where a buffer lies in the storage of images."""
    return f"{digest[:2]}/{digest}"


class Image(models.Model):
    """One grey buffer in a canvas, named by its content and shared by all studies that hold it.

    What a study knows of it (patient, original file, labels) is in `truth.Provenance` and stays in the study.
    """

    digest = models.CharField(max_length=64, unique=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bits = models.PositiveSmallIntegerField(choices=[(8, "8 bits"), (16, "16 bits")])
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(bits__in=(8, 16)), name="image_has_8_or_16_bits"),
            models.CheckConstraint(
                condition=models.Q(width__gte=1, height__gte=1), name="image_has_at_least_one_pixel"
            ),
        ]

    def __str__(self) -> str:
        return f"image {self.digest[:12]}"

    @property
    def key(self) -> str:
        return key_of(self.digest)

    @property
    def buffer_bytes(self) -> int:
        return self.width * self.height * self.bits // 8
