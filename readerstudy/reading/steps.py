"""The way to the first image: consent, questionnaire, instructions. Which of them is next."""

from django.utils.translation import gettext_lazy as _

from readerstudy.reading.errors import StepFirst
from readerstudy.studies.models import Enrolment
from readerstudy.studies.protocol import ProtocolDocument


def document_of(enrolment: Enrolment) -> ProtocolDocument:
    return enrolment.study.lock.protocol.document


def next_step(enrolment: Enrolment) -> str | None:
    """`consent`, `questionnaire` or `instructions`; None once nothing stands before reading.

    Nothing stands before it for a program.
    """
    if enrolment.program:
        return None
    document = document_of(enrolment)
    if document.consent and not enrolment.has("consent"):
        return "consent"
    if document.questions and not enrolment.has("questionnaire"):
        return "questionnaire"
    return None if enrolment.has("briefing") else "instructions"


SENTENCES = {
    "consent": _("You have not consented yet. Open the study from your list; it begins with the consent."),
    "questionnaire": _("A few questions about you come first. Open the study from your list to answer them."),
    "instructions": _("The instructions come first. Open the study from your list to read them."),
}


def require_steps(enrolment: Enrolment) -> None:
    step = next_step(enrolment)
    if step is not None:
        raise StepFirst(str(SENTENCES[step]))
