"""Telling one person outside the study what one image is, because a patient may need it."""

from django.db import models

from readerstudy.studies.models.milestones import Milestone


class DisclosureRequest(Milestone):
    """The first step: somebody asks that a named person be told the kind of one image."""

    study = models.ForeignKey("studies.Study", on_delete=models.PROTECT, related_name="+")
    trial_image = models.ForeignKey("studies.TrialImage", on_delete=models.PROTECT, related_name="+")
    #: Where it was seen, in the words of who asks: R03, quartets, 12, B.
    reader = models.CharField(max_length=12)
    section = models.CharField(max_length=80)
    number = models.PositiveIntegerField()
    letter = models.CharField(max_length=1)
    recipient = models.CharField(max_length=200)
    email = models.EmailField()

    class Meta:
        ordering = ["study", "at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["trial_image", "email"], name="disclosure_request_is_one_per_image_and_recipient"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section} {self.number} {self.letter} of {self.reader} to {self.recipient}"


class Disclosure(Milestone):
    """The second step, by another person: the kind went out, and the trial leaves the primary analysis."""

    request = models.OneToOneField(DisclosureRequest, on_delete=models.PROTECT, related_name="disclosure")

    def __str__(self) -> str:
        return f"{self.request}, told"
