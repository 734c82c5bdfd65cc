"""Emails to the people of a study: invitations and reminders, sent through Django's mail backends."""

import logging
from contextlib import ExitStack, suppress
from smtplib import SMTPException, SMTPServerDisconnected

from django.conf import settings
from django.core.mail import EmailMessage, EmailMultiAlternatives, get_connection
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.translation import gettext as _

from readerstudy.accounts.language import speaking
from readerstudy.accounts.letters import add_page
from readerstudy.accounts.models import OPERATOR, User
from readerstudy.audit.record import record
from readerstudy.studies.invite import Invited
from readerstudy.studies.language import spoken
from readerstudy.studies.models import Enrolment, Role

logger = logging.getLogger(__name__)


class Post(ExitStack):
    """The mail server, for the emails of one request: one connection, and no retry if it does not answer.

    Links are shown once: whoever invites twenty people must not wait twenty times for a server that is down.
    """

    def __init__(self) -> None:
        super().__init__()
        self._connection = get_connection()
        self._answers = True
        self.callback(self._hang_up)

    def takes(self, email: EmailMessage) -> bool:
        """Return whether the server accepted an email; the reason for a refusal is in the log."""
        try:
            return self._is_connected() and self._hand_over(email)
        except (SMTPException, OSError) as error:
            logger.warning("The email to %s could not be sent: %s", ", ".join(email.to), error)
            # SMTPException is an OSError, too: all but a lost connection concern this email alone.
            is_lost = isinstance(error, SMTPServerDisconnected) or not isinstance(error, SMTPException)
            self._answers = self._answers and not is_lost
            self._hang_up()
            return False

    def _is_connected(self) -> bool:
        if self._answers:
            try:
                self._connection.open()
            except (SMTPException, OSError) as error:
                self._answers = False
                logger.warning("No email is sent, the mail server cannot be used: %s", error)
        return self._answers

    def _hand_over(self, email: EmailMessage) -> bool:
        try:
            return self._connection.send_messages([email]) == 1
        except SMTPServerDisconnected:
            # Some servers hang up after a number of emails: the next one opens a new connection.
            self._hang_up()
            return self._is_connected() and self._connection.send_messages([email]) == 1

    def _hang_up(self) -> None:
        with suppress(SMTPException, OSError):
            self._connection.close()


def send_invitation(invited: Invited, *, by: User, post: Post) -> bool:
    """Send somebody their personal link. False if the mail did not go out: the link can be given by hand."""
    return _send(invited.enrolment, "invitation", by=by, link=invited.link, post=post)


def send_reminder(enrolment: Enrolment, *, by: User, post: Post) -> bool:
    """Remind somebody who has accepted of what they have not finished."""
    link = f"{settings.SITE_URL}{reverse('read', args=[enrolment.study.slug])}"
    return _send(enrolment, "reminder", by=by, link=link, post=post)


def _send(enrolment: Enrolment, letter: str, *, by: User, link: str, post: Post) -> bool:
    study = enrolment.study
    signs = enrolment.inviter if by.email == OPERATOR else by
    title = study.protocol.document.public_title if enrolment.role == Role.READER else study.title
    with speaking(enrolment.language):
        about = study.protocol.document
        context = {
            "enrolment": enrolment,
            "title": spoken(title),
            "by": signs,
            "link": link,
            "about": about,
            "deadline": study.deadline,
        }
        subject = render_to_string(f"studies/mail/{letter}-subject.txt", context)
        message = EmailMultiAlternatives(
            subject=" ".join(subject.split()),  # one line, whatever the study's title contains
            body=render_to_string(f"studies/mail/{letter}.txt", context),
            to=[enrolment.email],
            reply_to=[] if signs.email == OPERATOR else [signs.email],
        )
        add_page(message, title=spoken(title), link=link, button=_("Open the study"))
    sent = post.takes(message)
    particulars = {"letter": letter, "sent": sent}
    record(enrolment.study.scope, "letter sent", by=by, on=enrolment, particulars=particulars)
    return sent
