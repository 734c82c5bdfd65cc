"""Letters to the people of a study: the way in, and a reminder. They go through Django's mail backends."""

from smtplib import SMTPException
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.template.loader import render_to_string
from django.urls import reverse

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.studies.invite import Invited
from readerstudy.studies.models import Enrolment


def send_invitation(invited: Invited, *, by: User) -> bool:
    """Send somebody their personal link. False if the mail did not go out: the link can be given by hand."""
    return _send(invited.enrolment, "invitation", by=by, link=invited.link)


def send_reminder(enrolment: Enrolment, *, by: User) -> bool:
    """Remind somebody who has accepted of what they have not finished."""
    link = f"{settings.SITE_URL}{reverse('read', args=[enrolment.study.slug])}"
    return _send(enrolment, "reminder", by=by, link=link)


def _send(enrolment: Enrolment, letter: str, *, by: User, link: str) -> bool:
    context = {"enrolment": enrolment, "study": enrolment.study, "by": by, "link": link}
    message = EmailMessage(
        subject=_subject(letter, context),
        body=render_to_string(f"studies/mail/{letter}.txt", context),
        to=[enrolment.email],
        reply_to=[by.email] if by.email else [],
    )
    try:
        sent = message.send() == 1
    except (SMTPException, OSError):
        sent = False
    particulars = {"letter": letter, "sent": sent}
    record(enrolment.study.scope, "letter sent", by=by, on=enrolment, particulars=particulars)
    return sent


def _subject(letter: str, context: dict[str, Any]) -> str:
    """One line, whatever the study's title holds."""
    return " ".join(render_to_string(f"studies/mail/{letter}-subject.txt", context).split())
