"""Access to the pages of a study: for its staff, by role. Anybody else gets a 404."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.views.decorators.http import require_http_methods
from rest_framework.request import Request

from readerstudy.accounts.models import User
from readerstudy.accounts.person import person
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.errors import NotALeader
from readerstudy.studies.lead import may_create_studies
from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.models.enrolment import STAFF as STAFF
from readerstudy.web.pages import refused

View = Callable[..., HttpResponseBase]

LEADS = (Role.OWNER, Role.COORDINATOR)
OWNERS = (Role.OWNER,)
UNBLINDERS = (Role.OWNER, Role.ANALYST)
MONITORS = (Role.MONITOR,)
ROLES = "desk_roles"  # what `study_page` read, kept with the request


def study_page(*roles: str, methods: str = "GET", back: str = "") -> Callable[[View], View]:
    """Pass the view the study of its address, if the visitor has one of the roles in it; else 404.

    What a POST is refused for is told on the page named `back`, unless the view tells it itself.
    """

    def decorate(page: View) -> View:
        @require_http_methods(methods.split())
        @login_required
        @wraps(page)
        def view(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            mine = Enrolment.objects.current().of(request.user).filter(study__slug=slug)
            found = list(mine.select_related("study__lock", "study__freeze"))
            held = {one.role for one in found}
            if held.isdisjoint(roles):
                raise Http404
            study = found[0].study
            setattr(request, ROLES, (study.pk, held))
            try:
                return page(request, study, *args, **kwargs)
            except ReaderstudyError as error:
                if not back or request.method != "POST":
                    raise
                return refused(request, error, back, study.slug)

        return view

    return decorate


def prepares_studies(user: User | AnonymousUser) -> bool:
    """Return whether somebody prepares studies: staff of a study, or a leader without one yet."""
    return Study.objects.real().in_role(user, *STAFF).exists() or may_create_studies(user)


def leader(request: HttpRequest) -> User:
    """Return the signed-in person if they may create studies, else refuse them."""
    who = person(request)
    if not may_create_studies(who):
        raise PermissionDenied(NotALeader())
    return who


def roles_of(request: HttpRequest | Request, study: Study) -> set[str]:
    """Return the roles the visitor has in a study, as they were when the request began."""
    known, held = getattr(request, ROLES, (None, set()))
    if known == study.pk:
        return set(held)
    mine = Enrolment.objects.current().of(request.user).filter(study=study)
    return set(mine.values_list("role", flat=True))
