"""Authentication of API clients by token or session, and the scopes of tokens."""

from typing import TYPE_CHECKING

from rest_framework.authentication import BaseAuthentication, SessionAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from readerstudy.accounts.models import ApiToken, User, digest_of
from readerstudy.accounts.second_factor import lacks_second_factor

if TYPE_CHECKING:
    # Django REST framework reads this module while it makes its views.
    from rest_framework.views import APIView

_KEYWORD = b"bearer"
_REFUSAL = "This token is unknown, expired or revoked. Make another on your account's page."
_NO_SECOND_FACTOR = "Your role in a study requires a second factor. Sign in and set one up first."


class ApiTokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer rst_…`"""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        parts = get_authorization_header(request).split()
        if len(parts) != 2 or parts[0].lower() != _KEYWORD:
            return None
        token = (
            ApiToken.objects.select_related("user", "revocation")
            .filter(digest=digest_of(parts[1].decode("latin-1")))
            .first()
        )
        if token is None or token.state != "open" or not token.user.is_active:
            raise AuthenticationFailed(_REFUSAL)
        if lacks_second_factor(token.user):
            raise AuthenticationFailed(_NO_SECOND_FACTOR)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TokenScope(BasePermission):
    """A token opens a view only if the view names, as `token_scope`, a scope the token has."""

    message = "This token lacks the scope for that. Make one that has it on your account's page."

    def has_permission(self, request: Request, view: "APIView") -> bool:
        if not isinstance(request.auth, ApiToken):
            return True
        return getattr(view, "token_scope", None) in request.auth.scopes


class BrowserSession(SessionAuthentication):
    """The session of a browser. Naming a scheme makes a missing session a 401 instead of a 403."""

    def authenticate_header(self, request: Request) -> str:
        return "Session"
