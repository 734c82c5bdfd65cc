"""Letters as text and as a page, and when those about an account leave.

Letters about somebody's account leave after the page is answered.

A page that waited for the mail server, or wrote the letter first, would answer later for an address that has
an account than for one that has none, and tell who is a reader here. So would one that is answered while
another thread writes the letter: the work begins when the answer has been sent.
"""

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor, ThreadPoolExecutor
from functools import partial
from typing import Any

from django.core.mail import EmailMultiAlternatives
from django.core.signals import request_finished, request_started
from django.db import connections
from django.template.loader import render_to_string
from django.utils.translation import get_language

from readerstudy.accounts.language import speaking

logger = logging.getLogger(__name__)
#: What divides a text from the sender's name; the page has that above it.
SIGNATURE = "\n-- \n"
posting: Executor = ThreadPoolExecutor(max_workers=2, thread_name_prefix="letters")
_request = threading.local()


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


def after_the_answer(work: Callable[[], object]) -> None:
    """Have another thread do something once the request in progress is answered, in its language.

    What that thread asks for in turn is done at once, so that nothing is left over when the server stops.
    """
    waiting: list[Callable[[], object]] | None = getattr(_request, "waiting", None)
    if getattr(_request, "answered", False):
        work()
    elif waiting is None:
        posting.submit(_do, work, get_language() or "")
    else:
        waiting.append(partial(_do, work, get_language() or ""))


def wait_for_answers() -> None:
    """Have `after_the_answer` know when a request begins and when it is answered."""
    request_started.connect(_begin, dispatch_uid="letters wait")
    request_finished.connect(_finish, dispatch_uid="letters leave")


def _begin(**_: Any) -> None:
    _request.waiting = []


def _finish(**_: Any) -> None:
    for job in _request.__dict__.pop("waiting", []):
        posting.submit(job)


def _do(work: Callable[[], object], language: str) -> None:
    _request.answered = True
    try:
        with speaking(language):
            work()
    except Exception:
        logger.exception("A letter about an account could not be written.")
        raise
    finally:
        _request.answered = False
        for connection in connections.all(initialized_only=True):
            if not connection.in_atomic_block:
                connection.close()


def send(letter: EmailMultiAlternatives) -> None:
    try:
        letter.send()
    except OSError:  # every error of smtplib is one
        logger.exception("A letter about an account could not be sent: %s", letter.subject)
