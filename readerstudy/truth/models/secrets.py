"""The secrets of a study, sealed. Only `truth/secrets.py` opens them."""

from django.db import models
from django.utils import timezone


class StudySecrets(models.Model):
    """Two random secrets of 256 bits, and the seed of the pixels generated for the study.

    The columns hold ciphertext: whoever reads the database or its backup alone learns nothing from them.
    `commitment` is public: it shows later that the plan secret was chosen before the plan.
    """

    study = models.OneToOneField("studies.Study", on_delete=models.PROTECT, related_name="+")
    plan_secret = models.BinaryField()
    name_secret = models.BinaryField()
    pixel_seed = models.BinaryField()
    commitment = models.CharField(max_length=64)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name_plural = "study secrets"

    def __str__(self) -> str:
        return f"secrets of {self.study.slug}"
