"""Images as pixels alone: nothing here says where an image came from."""

from django.db import models
from django.utils import timezone

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.files import key_of


class Image(models.Model):
    """One buffer in a canvas, named by its content and shared by all studies that hold it.

    What a study knows of it (patient, original file, labels) is in `truth.Provenance` and stays in the study.
    """

    digest = models.CharField(max_length=64, unique=True)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bits = models.PositiveSmallIntegerField(choices=[(8, "8 bits"), (16, "16 bits")])
    channels = models.PositiveSmallIntegerField(default=1, choices=[(1, "grey"), (3, "colour")])
    frames = models.PositiveSmallIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(bits__in=(8, 16)), name="image_has_8_or_16_bits"),
            models.CheckConstraint(
                condition=models.Q(width__gte=1, height__gte=1), name="image_has_at_least_one_pixel"
            ),
            models.CheckConstraint(
                condition=models.Q(channels=1) | models.Q(channels=3, bits=8),
                name="image_is_grey_or_8_bit_colour",
            ),
            models.CheckConstraint(condition=models.Q(frames__gte=1), name="image_has_at_least_one_frame"),
        ]

    def __str__(self) -> str:
        return f"image {self.digest[:12]}"

    @classmethod
    def in_canvas(cls, canvas: Canvas, digest: str) -> "Image":
        return cls(
            digest=digest,
            width=canvas.width,
            height=canvas.height,
            bits=canvas.bits,
            channels=canvas.channels,
            frames=canvas.frames,
        )

    @property
    def canvas(self) -> Canvas:
        """The canvas it was brought into, without what only matters at the import."""
        return Canvas(
            width=self.width,
            height=self.height,
            bits=self.bits,
            mode="colour" if self.channels == 3 else "grey",
            frames=self.frames,
        )

    @property
    def key(self) -> str:
        return key_of(self.digest)

    @property
    def buffer_bytes(self) -> int:
        return self.canvas.buffer_bytes


class Packed(models.Model):
    """The short form of an image that readers of one study get (`packing`): a file named by its content.

    `lengths`: of the preview, 0 for none, then of each frame, as they follow one another in the file. Each
    study packs for itself: what took less time where another study has the image would tell so.
    """

    scope = models.CharField(max_length=64)
    image = models.ForeignKey(Image, on_delete=models.PROTECT, related_name="+")
    digest = models.CharField(max_length=64)
    lengths = models.JSONField()

    class Meta:
        verbose_name_plural = "packed"
        constraints = [models.UniqueConstraint(fields=["scope", "image"], name="packed_once_in_a_study")]

    def __str__(self) -> str:
        return f"packed form of {self.image}"

    @property
    def key(self) -> str:
        return key_of(self.digest)


class Envelope(models.Model):
    """What every packed image of a study is padded to, from its lock on, so that lengths tell nothing."""

    scope = models.CharField(max_length=64, unique=True)
    preview_bytes = models.PositiveIntegerField()
    frame_bytes = models.PositiveIntegerField()

    def __str__(self) -> str:
        return f"frames of {self.frame_bytes} bytes in {self.scope}"

    def length(self, frames: int) -> int:
        """How long the body of an image is."""
        return self.preview_bytes + frames * self.frame_bytes
