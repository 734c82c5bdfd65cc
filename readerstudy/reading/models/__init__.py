"""What a blinded reader sees and does."""

from readerstudy.reading.models.concern import Concern, Wrong
from readerstudy.reading.models.presentation import Fetch, Presentation, Slot
from readerstudy.reading.models.response import Draft, Rating, Reason, Response
from readerstudy.reading.models.sitting import (
    Activity,
    Briefing,
    Consent,
    Debriefing,
    EarlyEnd,
    OwnKeys,
    PracticeRound,
    Questionnaire,
    Sitting,
    Submission,
)
from readerstudy.reading.models.tally import Choice, Chosen, Tally
