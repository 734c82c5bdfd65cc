"""The language somebody is spoken to in: as they chose, else as their browser asks, else the site's.

Pages of the staff are in English only (`ENGLISH`): half a page in another language would be worse, and their
drawings and forms write numbers the English way. An email is in the language of whom it goes to.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_POST
from django.views.i18n import set_language

from readerstudy.accounts.models import User
from readerstudy.accounts.witness import tell

#: Rooms whose pages are not translated.
ENGLISH = ("readerstudy.desk", "readerstudy.synthesis", "drf_spectacular")


class Languages:
    """Answer each request in the language of who asks.

    Django's own middleware knows of no account and leaves its language behind in the thread.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.has_languages = True  # type: ignore[attr-defined]  # read by base.html
        with translation.override(language_asked(request)):
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", translation.get_language())
        patch_vary_headers(response, ("Accept-Language",))
        return response

    def process_view(
        self, request: HttpRequest, view: Any, args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> None:
        if getattr(view, "__module__", "").startswith(ENGLISH):
            request.has_languages = False  # type: ignore[attr-defined]
            translation.activate(settings.LANGUAGE_CODE)


def language_asked(request: HttpRequest) -> str:
    """Return the language of the account, of the cookie or of the browser, the first that is spoken here."""
    chosen = request.user.language if isinstance(request.user, User) else ""
    return chosen if chosen in dict(settings.LANGUAGES) else translation.get_language_from_request(request)


def speaking(language: str) -> AbstractContextManager[object]:
    """Write what follows in a language; in the site's where nobody chose one."""
    return translation.override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE)


@transaction.atomic
def keep_language(user: User, language: str, *, by: User) -> None:
    """Keep the language that somebody chose, for every browser and for email."""
    if language == user.language or language not in dict(settings.LANGUAGES):
        return
    user.language = language
    user.save(update_fields=["language"])
    tell("language chosen", by=by, on=user, particulars={"language": language})


@require_POST
def choose_language(request: HttpRequest) -> HttpResponseBase:
    """Switch the language, in this browser and, signed in, for the account."""
    if isinstance(request.user, User):
        keep_language(request.user, request.POST.get("language", ""), by=request.user)
    return set_language(request)
