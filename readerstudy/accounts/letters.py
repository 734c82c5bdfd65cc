"""Letters as text and as a page, and when those about an account leave.

Letters about somebody's account leave after the page is answered.

A page that waited for the mail server, or wrote the letter first, would answer later for an address that has
an account than for one that has none, and tell who is a reader here.
"""

import logging
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor

from django.core.mail import EmailMessage, EmailMultiAlternatives
from django.template.loader import render_to_string

logger = logging.getLogger(__name__)
#: What divides a text from the sender's name; the page has that above it.
SIGNATURE = "\n-- \n"
posting: Executor = ThreadPoolExecutor(max_workers=2, thread_name_prefix="letters")


def add_page(
    letter: EmailMultiAlternatives, *, title: str, link: str = "", button: str = "", code: str = ""
) -> None:
    """Add the text of a letter as a page: the link becomes a button, the code large.

    No other address becomes a link: some of the words are of whoever asked for the letter.
    """
    text = str(letter.body).split(SIGNATURE)[0]
    parts = [part.strip() for part in text.split("\n\n") if part.strip()]
    context = {"title": title, "parts": parts, "link": link, "button": button, "code": code}
    letter.attach_alternative(render_to_string("accounts/letter.html", context), "text/html")


def send_later(write: Callable[[], EmailMessage]) -> None:
    """Have a letter written and sent by another thread."""
    posting.submit(_send, write)


def _send(write: Callable[[], EmailMessage]) -> None:
    try:
        letter = write()
    except Exception:
        logger.exception("A letter about an account could not be written.")
        raise
    try:
        letter.send()
    except OSError:  # every error of smtplib is one
        logger.exception("A letter about an account could not be sent: %s", letter.subject)
