"""Who asks."""

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from rest_framework.request import Request

from readerstudy.accounts.models import User


def person(request: HttpRequest | Request) -> User:
    """The person signed in, for views that are only reached signed in."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user
