"""A trial as it is shown at one place of the plan: its order, its slots, its tokens."""

import secrets
from functools import cached_property
from math import ceil
from typing import ClassVar

from django.db import models
from django.db.models import Sum
from django.db.models.functions import Coalesce
from django.utils import timezone

from readerstudy.studies.models import Enrolment

#: Where a reference image stands, behind all that something is asked of.
REFERENCE_AT = 12
#: What readers call the images of a screen, from left to right, and the reference.
LETTERS = "ABCDEFGHIJKLR"
#: What the sum of a thousand shares may have beyond a whole.
ROUNDING = 1e-6


def new_token() -> str:
    return secrets.token_urlsafe(18)


class PresentationQuerySet(models.QuerySet["Presentation"]):
    def of(self, enrolment: Enrolment) -> "PresentationQuerySet":
        """What a reader reads: the presentations of their place, in the order of the plan."""
        return self.filter(section__study=enrolment.study_id, place=enrolment.own_place)


class Presentation(models.Model):
    """Made with the plan, for places rather than people: whoever takes the place reads it."""

    section = models.ForeignKey("studies.Section", on_delete=models.CASCADE, related_name="presentations")
    trial = models.ForeignKey("studies.Trial", on_delete=models.CASCADE, related_name="presentations")
    place = models.PositiveIntegerField()
    order = models.PositiveIntegerField()
    repeats = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    token = models.CharField(max_length=24, unique=True, default=new_token)

    objects: ClassVar[PresentationQuerySet] = PresentationQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        ordering = ["section__position", "place", "order"]
        constraints = [
            models.UniqueConstraint(
                fields=["section", "place", "order"], name="presentation_order_is_unique"
            ),
            models.UniqueConstraint(
                fields=["place", "trial"],
                condition=models.Q(repeats__isnull=True),
                name="presentation_shows_a_trial_once_unless_repeated",
            ),
        ]
        indexes = [models.Index(fields=["place", "section", "order"], name="presentation_walk")]

    def __str__(self) -> str:
        return f"{self.section} place {self.place} #{self.order}"

    @cached_property
    def screen_slots(self) -> tuple["Slot", ...]:
        """The slots from left to right, with what labels them."""
        return tuple(self.slots.select_related("trial_image").order_by("position"))


class Slot(models.Model):
    """Where on the screen one image of the trial stands. The token is all that a browser learns of it."""

    presentation = models.ForeignKey(Presentation, on_delete=models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField()
    trial_image = models.ForeignKey("studies.TrialImage", on_delete=models.CASCADE, related_name="+")
    token = models.CharField(max_length=24, unique=True, default=new_token)

    class Meta:
        ordering = ["presentation", "position"]
        constraints = [
            models.UniqueConstraint(fields=["presentation", "position"], name="slot_position_is_unique"),
            models.UniqueConstraint(fields=["presentation", "trial_image"], name="slot_image_is_shown_once"),
        ]

    def __str__(self) -> str:
        return f"{self.presentation} {self.letter}"

    @property
    def letter(self) -> str:
        return LETTERS[self.position]

    @property
    def is_reference(self) -> bool:
        """Whether nothing is asked of it: the others are compared with it."""
        return self.position == REFERENCE_AT


class FetchQuerySet(models.QuerySet["Fetch"]):
    def images(self) -> int:
        """How many images the fetches are together, a part of one counted as one: it shows what it shows.

        Of several frames the first comes alone and then with the others: one fetch is that much longer.
        """
        frames = "slot__trial_image__image__frames"
        shares = self.order_by().values("slot", frames).annotate(share=Sum(Coalesce("share", 1.0)))
        return sum(
            ceil((slot["share"] - ROUNDING) / (1 + 1 / slot[frames] if slot[frames] > 1 else 1))
            for slot in shares
        )


class Fetch(models.Model):
    """Pixels left the server for a screen that is shown for a limited time: who asks twice sees longer."""

    slot = models.ForeignKey(Slot, on_delete=models.PROTECT, related_name="+")
    enrolment = models.ForeignKey("studies.Enrolment", on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    #: Of its bytes: an image of several frames comes in parts, a large one goes on after a lost connection.
    share = models.FloatField(null=True)

    objects: ClassVar[FetchQuerySet] = FetchQuerySet.as_manager()  # type: ignore[assignment]

    def __str__(self) -> str:
        return f"{self.slot} fetched by {self.enrolment}"


def without_slots(found: models.QuerySet[Presentation]) -> list[Presentation]:
    """Those of the presentations that show no image, which are pages of questions."""
    pages = list(found.filter(slots__isnull=True).select_related("section"))
    for page in pages:
        page.screen_slots = ()
    return pages
