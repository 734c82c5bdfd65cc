"""Where images come from."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Kind(models.TextChoices):
    REAL = "real", "real"
    SYNTHETIC = "synthetic", "synthetic"


class Source(models.Model):
    """A real collection or one generator checkpoint, as the protocol names it."""

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="+")
    name = models.SlugField(max_length=80)
    kind = models.CharField(max_length=9, choices=Kind.choices)
    position = models.PositiveIntegerField()
    description = models.TextField(blank=True)
    checkpoint_digest = models.CharField(max_length=64, blank=True)
    sampler = models.JSONField(default=dict, blank=True)
    generated = models.PositiveIntegerField(null=True, blank=True)
    rejected = models.PositiveIntegerField(null=True, blank=True)
    rejection_rule = models.TextField(blank=True)

    class Meta:
        ordering = ["study", "position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="source_name_is_unique_in_its_study")
        ]

    def __str__(self) -> str:
        return f"{self.study.slug}:{self.name}"


class Provenance(models.Model):
    """One image of a source, and all that its study knows of it. No other study shares that.

    `group` is a salted hash of the patient identifier and keeps images of one patient apart. `facts` says how
    the original was stored (container, depth, size, loss), for the blinding audit alone. Neither a file name
    nor a patient identifier is kept.
    """

    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="provenances")
    image = models.ForeignKey("imaging.Image", on_delete=models.PROTECT, related_name="+")
    labels = models.JSONField(default=dict, blank=True)
    group = models.CharField(max_length=32, blank=True)
    facts = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    conditions = models.JSONField(default=dict, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["source", "image"], name="provenance_is_one_per_image_and_source")
        ]

    def __str__(self) -> str:
        return f"{self.source} #{self.pk}"


class SeenFile(models.Model):
    """A file that the study imported before, known by a salted hash of its bytes and the canvas, so that an
    interrupted import goes on where it stopped.

    `original` leaves the canvas out: it finds the film in other studies. Empty before version 0.2.
    """

    provenance = models.ForeignKey(Provenance, on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=64)
    original = models.CharField(max_length=64, blank=True, default="", db_index=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "provenance"], name="seen_file_is_one_per_image")
        ]

    def __str__(self) -> str:
        return f"file {self.token[:12]}"


class Measurement(models.Model):
    """The format features of an image and a sketch of 16 × 16 tiles."""

    provenance = models.OneToOneField(Provenance, on_delete=models.CASCADE, related_name="+")
    version = models.PositiveSmallIntegerField()
    features = models.JSONField()
    sketch = models.BinaryField()

    def __str__(self) -> str:
        return f"measurement of {self.provenance_id}"
