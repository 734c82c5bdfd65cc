"""What is kept of a result because counting a million answers is slow; the answers remain what counts."""

from django.db import models


class ImageTally(models.Model):
    """How many readers saw one image of a trial, and how many of them took it for real.

    Counted when somebody first looks: a study is unblinded only once it is frozen, and from then on no
    answer comes, and none is dropped.
    """

    trial_image = models.OneToOneField(
        "studies.TrialImage", on_delete=models.CASCADE, primary_key=True, related_name="+"
    )
    votes = models.PositiveIntegerField()
    readers = models.PositiveIntegerField()
    mean_rating = models.FloatField(null=True)

    def __str__(self) -> str:
        return f"{self.trial_image}: {self.votes} of {self.readers}"
