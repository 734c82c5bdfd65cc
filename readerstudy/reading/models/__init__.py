"""What a blinded reader sees and does."""

from readerstudy.reading.models.presentation import Presentation, Slot
from readerstudy.reading.models.response import Draft, Rating, Reason, Response
from readerstudy.reading.models.sitting import (
    Activity,
    Briefing,
    Consent,
    PracticeRound,
    Questionnaire,
    Sitting,
    Submission,
)
from readerstudy.reading.models.tally import Choice, Chosen, Tally

__all__ = [
    "Activity",
    "Briefing",
    "Choice",
    "Chosen",
    "Consent",
    "Draft",
    "PracticeRound",
    "Presentation",
    "Questionnaire",
    "Rating",
    "Reason",
    "Response",
    "Sitting",
    "Slot",
    "Submission",
    "Tally",
]
