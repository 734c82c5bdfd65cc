"""A reader says who they are, as far as the protocol asks."""

import math
import re
from collections.abc import Mapping
from uuid import uuid4

from django.db import transaction
from django.utils.translation import gettext as _

from readerstudy.accounts.models import User
from readerstudy.audit.models import Audience
from readerstudy.audit.record import record
from readerstudy.reading.errors import QuestionnaireRefused
from readerstudy.reading.models import Questionnaire
from readerstudy.reading.readers import require_open
from readerstudy.reading.steps import document_of
from readerstudy.reading.verify_steps import questionnaire_digest
from readerstudy.studies.language import spoken
from readerstudy.studies.models import Enrolment
from readerstudy.studies.protocol.document import Question

LONGEST_TEXT = 2_000
#: What a person can have lived: a slip of the finger would distort every table by experience.
MOST_YEARS = 100
#: Words in the name of a question that asks for years of a life.
OF_YEARS = frozenset({"age", "experience", "year", "years"})


@transaction.atomic
def fill_questionnaire(enrolment: Enrolment, answers: Mapping[str, str], *, by: User) -> Questionnaire:
    """Take the answers once; a second time changes nothing."""
    require_open(enrolment)
    checked = check_answers(document_of(enrolment).questions, answers)
    enrolment.take_turn()
    kept = {"answers": checked, "salt": uuid4()}
    filled, new = Questionnaire.objects.get_or_create(enrolment=enrolment, defaults=kept)
    if new:
        said = {"questions": sorted(checked), "answers": questionnaire_digest(checked, filled.salt)}
        verb = "questionnaire filled"
        record(enrolment.stream, verb, by=by, on=enrolment, particulars=said, audience=Audience.READER)
    return filled


def check_answers(questions: tuple[Question, ...], answers: Mapping[str, str]) -> dict[str, str | float]:
    """The answers as they are kept. Every problem is named at once."""
    checked: dict[str, str | float] = {}
    problems: dict[str, str] = {}
    for question in questions:
        given = str(answers.get(question.name, "")).strip()
        number = _number(given) if question.kind == "number" else None
        problem = _problem(question, given, number)
        if problem:
            problems[question.name] = problem
        elif given:
            checked[question.name] = given if number is None else number
    if problems:
        raise QuestionnaireRefused(problems)
    return checked


def _problem(question: Question, given: str, number: float | None) -> str:
    text = spoken(question.text)
    if not given:
        return _("Answer the question “{question}”.").format(question=text) if question.required else ""
    if len(given) > LONGEST_TEXT or "\x00" in given:
        sentence = _("The answer to “{question}” must be text of at most {most} characters.")
        return sentence.format(question=text, most=LONGEST_TEXT)
    if question.kind == "number" and number is None:
        return _("“{question}” needs a number that is not negative, such as 12.").format(question=text)
    of_years = not OF_YEARS.isdisjoint(re.split(r"[^a-z]+", question.name.lower()))
    if number is not None and number > MOST_YEARS and of_years:
        return _("“{question}” takes at most {most} years.").format(question=text, most=MOST_YEARS)
    if question.kind == "choice" and given not in question.options:
        return _("“{question}” allows {options}.").format(
            question=text, options=", ".join(map(spoken, question.options))
        )
    return ""


def _number(given: str) -> float | None:
    try:
        number = float(given.replace(",", "."))
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
