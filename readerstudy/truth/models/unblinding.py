"""The gate before lock, and the two steps that bring truth and answers together."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from readerstudy.studies.models.milestones import Milestone


class BlindingAudit(models.Model):
    """One run of the blinding audit over the images as they were then."""

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="+")
    images_digest = models.CharField(max_length=64)
    passed = models.BooleanField()
    document = models.JSONField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["study", "at"]

    def __str__(self) -> str:
        return f"{self.study.slug} audit {'passed' if self.passed else 'failed'}"


class BlindingOverride(Milestone):
    """The override of a failed audit, with its reason."""

    audit = models.OneToOneField(BlindingAudit, on_delete=models.PROTECT, related_name="override")

    def __str__(self) -> str:
        return f"{self.audit} overridden"


class UnblindingRequest(Milestone):
    """The first step of unblinding: a request with a reason."""

    study = models.OneToOneField("studies.Study", on_delete=models.PROTECT, related_name="+")

    def __str__(self) -> str:
        return f"{self.study.slug} asked to be unblinded"


class SharedImagesApproval(Milestone):
    """Somebody agreed that truth is told although a study that shares images is still being read."""

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="+")
    endangered = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="+")

    class Meta:
        db_table = "truth_disclosureapproval"  # its former name, which its triggers have as well
        constraints = [
            models.UniqueConstraint(
                fields=["study", "endangered", "by"], name="disclosure_is_approved_once_by_a_person"
            )
        ]

    def __str__(self) -> str:
        return f"{self.study.slug} may be told despite {self.endangered.slug}"


class Unblinding(Milestone):
    """The second step of unblinding: from now on truth may be shown beside answers."""

    study = models.OneToOneField("studies.Study", on_delete=models.PROTECT, related_name="+")
    request = models.OneToOneField(UnblindingRequest, on_delete=models.PROTECT, related_name="unblinding")

    def __str__(self) -> str:
        return f"{self.study.slug} unblinded {self.at:%Y-%m-%d}"
