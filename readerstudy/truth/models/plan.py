"""The allocation, and the key that tells what each image of a trial is."""

from django.conf import settings
from django.db import models
from django.utils import timezone


class Plan(models.Model):
    """The allocation: computed once from protocol, images and plan secret, kept as rows, named by its digest.

    `seed` is that of plans from before studies had secrets: anybody who knows the protocol can compute them.
    """

    study = models.OneToOneField("studies.Study", on_delete=models.PROTECT, related_name="+")
    protocol_digest = models.CharField(max_length=64)
    seed = models.BigIntegerField(null=True, blank=True)
    places = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    pool = models.CharField(max_length=64, default="")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"{self.study.slug} plan {self.digest[:12]}"

    @property
    def is_computable(self) -> bool:
        """Whether the protocol alone tells the plan, which stays so in studies locked before secrets."""
        return self.seed is not None

    def fits(self, protocol_digest: str) -> bool:
        """Whether a study may be locked with it, as far as the protocol goes."""
        return self.protocol_digest == protocol_digest and not self.is_computable


class Key(models.Model):
    """What one image of a trial really is, and the name it carries as an alternative.

    `screen` is the kind of screen that its trial is of, where the section has several kinds by name: a reader
    may be asked which.
    """

    trial_image = models.OneToOneField("studies.TrialImage", on_delete=models.CASCADE, related_name="+")
    provenance = models.ForeignKey("truth.Provenance", on_delete=models.PROTECT, related_name="+")
    alternative = models.CharField(max_length=90)
    catch = models.BooleanField(default=False)
    screen = models.CharField(max_length=80, blank=True, default="")

    def __str__(self) -> str:
        return f"{self.trial_image} is {self.alternative}"
