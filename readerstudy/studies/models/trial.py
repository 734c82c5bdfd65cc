"""Sections, and the trials they are made of. Nothing here says which image is real."""

import secrets

from django.db import models

from readerstudy.studies.protocol.document import ASKED


class Task(models.TextChoices):
    PICK_REAL = "pick_real", ASKED["pick_real"]
    CALL = "call", ASKED["call"]
    RATE = "rate", ASKED["rate"]
    CHECK_LABEL = "check_label", ASKED["check_label"]
    ASK = "ask", ASKED["ask"]


def new_section_token() -> str:
    return secrets.token_urlsafe(18)


class Section(models.Model):
    """A section as it was planned. `token` is what readers' browsers call it: a name may tell what it is for.

    `label_values` has the values of the labels that are checked, where the protocol's [values] names none:
    those of all images of the study, shown or not.
    """

    study = models.ForeignKey("studies.Study", on_delete=models.CASCADE, related_name="sections")
    position = models.PositiveIntegerField()
    name = models.SlugField(max_length=80)
    task = models.CharField(max_length=12, choices=Task.choices)
    practice = models.BooleanField(default=False)
    token = models.CharField(max_length=24, unique=True, default=new_section_token)
    label_values = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["study", "position"]
        constraints = [
            models.UniqueConstraint(fields=["study", "name"], name="section_name_is_unique_in_its_study"),
            models.UniqueConstraint(fields=["study", "position"], name="section_position_is_unique"),
        ]

    def __str__(self) -> str:
        return f"{self.study.slug}/{self.name}"


class Trial(models.Model):
    """The images of one screen, or none where the section asks about itself.

    Its number is a position in the plan, never shown to a reader.
    """

    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="trials")
    number = models.PositiveIntegerField()

    class Meta:
        ordering = ["section", "number"]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "number"], name="trial_number_is_unique_in_its_section"
            )
        ]

    def __str__(self) -> str:
        return f"{self.section}/{self.number}"


class TrialImage(models.Model):
    """One image of a trial, with the label a reader is asked to check, if the task is that.

    `tells` has the labels that stand beside the image. What else is known of it is the truth's.
    """

    trial = models.ForeignKey(Trial, on_delete=models.CASCADE, related_name="images")
    number = models.PositiveIntegerField()
    image = models.ForeignKey("imaging.Image", on_delete=models.PROTECT, related_name="+")
    label = models.JSONField(default=dict, blank=True)
    tells = models.JSONField(default=dict, blank=True)

    class Meta:
        ordering = ["trial", "number"]
        constraints = [
            models.UniqueConstraint(fields=["trial", "number"], name="trial_image_number_is_unique")
        ]

    def __str__(self) -> str:
        return f"{self.trial}.{self.number}"
