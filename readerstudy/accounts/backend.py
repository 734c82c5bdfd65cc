"""Who signs in, and who is signed in, as allauth has it; a person is found by a statement written once."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend
from django.http import HttpRequest

from readerstudy.accounts.models import User
from readerstudy.statements import Given, Statement

_PERSON = Statement(lambda: User.objects.filter(pk=Given("key")).order_by())


class Backend(AuthenticationBackend):  # type: ignore[misc]  # allauth has no types
    def authenticate(self, request: HttpRequest | None, **credentials: Any) -> User | None:
        """Check the password of whoever has the address, or of the operator, whom no password signs in."""
        if "email" in credentials:
            credentials["email"] = User.objects.sought(credentials["email"]).email
        user: User | None = super().authenticate(request, **credentials)
        return user

    def get_user(self, user_id: Any) -> User | None:
        found = _PERSON.instance(User, key=user_id)
        return found if found is not None and self.user_can_authenticate(found) else None
