"""What every address of the desk's API has in common: who asks, with which token, about which study."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.http import Http404
from rest_framework import parsers, serializers
from rest_framework.permissions import SAFE_METHODS
from rest_framework.request import Request
from rest_framework.views import APIView

from readerstudy.accounts.api import ApiTokenAuthentication
from readerstudy.accounts.models import ApiToken, Scope, User
from readerstudy.accounts.person import person
from readerstudy.accounts.reauthentication import has_confirmed
from readerstudy.desk.access import prepares_studies
from readerstudy.desk.api.problems import ConfirmItIsYou, NotStaff, problem
from readerstudy.desk.uploads import MOST_BYTES_A_PIECE
from readerstudy.reading.api.throttle import Generous
from readerstudy.reading.api.wire import MOST_BYTES, BoundedJSON, Session, TooLarge
from readerstudy.studies.models import Study


class DeskView(APIView):
    """`reads` and `writes` are the scopes a token needs."""

    authentication_classes = [ApiTokenAuthentication, Session]
    parser_classes = [BoundedJSON]
    throttle_classes = [Generous]
    reads: ClassVar[str] = Scope.STUDY_READ
    writes: ClassVar[str] = Scope.STUDY_WRITE
    most_bytes: ClassVar[int] = MOST_BYTES

    @property
    def token_scope(self) -> str:
        return self.reads if self.request.method in SAFE_METHODS else self.writes

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        length = request.META.get("CONTENT_LENGTH") or "0"
        if not str(length).isdigit() or int(length) > self.most_bytes:
            raise TooLarge(f"The request is too large; at most {self.most_bytes >> 10} kB are taken.")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        final = super().finalize_response(request, response, *args, **kwargs)
        final["Cache-Control"] = "no-store"
        return final

    def get_exception_handler(self) -> Any:
        return problem

    def person(self) -> User:
        """Who asks; the view has refused everybody else."""
        return person(self.request)

    def study(self, slug: str, *roles: str) -> Study:
        """The study of the address, if the person has one of the roles in it; else it does not exist."""
        mine = Study.objects.in_role(self.request.user, *roles).select_related("lock", "freeze")
        study = mine.filter(slug=slug).first()
        if study is None:
            raise Http404
        return study

    def staff_only(self) -> None:
        """Refuse whoever has nothing to do with how studies are made, such as a reader."""
        if not prepares_studies(self.person()):
            raise NotStaff

    def given(self, shape: type[serializers.Serializer[Any]]) -> dict[str, Any]:
        """What was sent, checked."""
        sent = shape(data=self.request.data)
        sent.is_valid(raise_exception=True)
        values: dict[str, Any] = sent.validated_data
        return values

    def confirmed(self) -> None:
        """What cannot be undone asks a browser's person to have shown anew that it is them."""
        if not isinstance(self.request.auth, ApiToken) and not has_confirmed(self.request):
            raise ConfirmItIsYou


class Piece(parsers.BaseParser):
    """The bytes of a piece of a file."""

    media_type = "application/octet-stream"

    def parse(
        self, stream: Any, media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        return stream.read(MOST_BYTES_A_PIECE + 1)
