"""What a blinded reader sees and does."""

from readerstudy.reading.models.presentation import Presentation, Slot
from readerstudy.reading.models.response import Draft, Rating, Reason, Response
from readerstudy.reading.models.sitting import Activity, Consent, Questionnaire, Sitting, Submission

__all__ = [
    "Activity",
    "Consent",
    "Draft",
    "Presentation",
    "Questionnaire",
    "Rating",
    "Reason",
    "Response",
    "Sitting",
    "Slot",
    "Submission",
]
