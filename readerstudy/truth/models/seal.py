"""What each row of the truth was at the lock: a changed row can be named without telling what it says."""

from django.db import models


class TruthSeal(models.Model):
    """The keyed digest of one row, or of one reader's walk through a section, with a salt of its own.

    `subject` names the row, such as `truth_provenance:12`. The digest of all seals stands in the event of the
    lock, so that no row leaves together with its seal.
    """

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="+")
    subject = models.CharField(max_length=80)
    salt = models.CharField(max_length=32)
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["study", "subject"], name="truth_seal_is_one_per_row")]

    def __str__(self) -> str:
        return self.subject
