"""Pixels without a past: an image knows its grey values and whose they resemble, never where it came from."""

from django.db import models
from django.utils import timezone


def key_of(digest: str) -> str:
    """Where a buffer lies in the storage of images."""
    return f"{digest[:2]}/{digest}"


class Image(models.Model):
    """One grey buffer in a study's canvas, named by what it holds.

    `group` is a salted hash of the patient identifier and serves to keep images of one patient together.
    `facts` says how the original was made (container, depth, size, loss), for the blinding audit alone.
    Neither a file name nor an origin is kept.
    """

    digest = models.CharField(max_length=64, unique=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bits = models.PositiveSmallIntegerField(choices=[(8, "8 bits"), (16, "16 bits")])
    group = models.CharField(max_length=32, blank=True, db_index=True)
    facts = models.JSONField(default=dict)
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


class SeenFile(models.Model):
    """A file that was imported before, known by a salted hash of its bytes and the canvas, so that an
    interrupted import goes on where it stopped."""

    token = models.CharField(max_length=64, unique=True)
    image = models.ForeignKey(Image, on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return f"file {self.token[:12]}"


class Measurement(models.Model):
    """The format features of an image and a sketch of 16 × 16 tiles, kept because measuring takes longer than
    reading."""

    image = models.OneToOneField(Image, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveSmallIntegerField()
    features = models.JSONField()
    sketch = models.BinaryField()

    def __str__(self) -> str:
        return f"measurement of image {self.image_id}"
