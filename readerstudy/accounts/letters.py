"""Letters about somebody's account leave after the page is answered.

A page that waited for the mail server would answer later for an address that has an account than for one that
has none, and tell who is a reader here.
"""

import logging
from concurrent.futures import Executor, ThreadPoolExecutor

from django.core.mail import EmailMessage

logger = logging.getLogger(__name__)
posting: Executor = ThreadPoolExecutor(max_workers=2, thread_name_prefix="letters")


def send_later(letter: EmailMessage) -> None:
    posting.submit(_send, letter)


def _send(letter: EmailMessage) -> None:
    try:
        letter.send()
    except OSError:  # every error of smtplib is one
        logger.exception("A letter about an account could not be sent: %s", letter.subject)
