"""The base class of all API views."""

from typing import Any, ClassVar

from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from readerstudy.accounts.models import ApiToken, Scope, User
from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import has_confirmed
from readerstudy.web.authentication import ApiTokenAuthentication, BrowserSession
from readerstudy.web.error_responses import ConfirmYourIdentity, TooLarge, error_response
from readerstudy.web.options import checked
from readerstudy.web.parsers import BoundedJSON
from readerstudy.web.shapes import Shape
from readerstudy.web.throttles import Generous


class ApiView(APIView):
    """`reads` and `writes` are the scopes a token needs, `most_bytes` the largest body."""

    authentication_classes = [ApiTokenAuthentication, BrowserSession]
    parser_classes = [BoundedJSON]
    throttle_classes = [Generous]
    reads: ClassVar[str] = Scope.STUDY_READ
    writes: ClassVar[str] = Scope.STUDY_WRITE
    most_bytes: ClassVar[int] = 512 * 1024

    @property
    def token_scope(self) -> str:
        return self.reads if self.request.method in SAFE_METHODS else self.writes

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not str(length).isdigit() or int(length) > self.most_bytes:
            raise TooLarge(self.most_bytes)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        return final

    def get_exception_handler(self) -> Any:
        return error_response

    def signed_out(self) -> dict[str, str]:
        """Return what somebody is told who is not signed in."""
        detail = "Sign in, or send a token: Authorization: Bearer rst_… Create one on your account's page."
        return {"detail": detail, "code": "signed_out"}

    def person(self) -> User:
        """Return who asks; the view has refused everybody else."""
        return person(self.request)

    def given(self, shape: type[Shape]) -> dict[str, Any]:
        return checked(shape, self.request.data)

    def confirmed(self) -> None:
        """Ask somebody in a browser to confirm their identity before what cannot be undone."""
        if not isinstance(self.request.auth, ApiToken) and not has_confirmed(self.request):
            raise ConfirmYourIdentity
