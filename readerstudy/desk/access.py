"""Who may open a page of a study: its staff, by role. For anybody else the study does not exist."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from rest_framework.request import Request

from readerstudy.accounts.models import User
from readerstudy.accounts.person import person
from readerstudy.studies.errors import NotALeader
from readerstudy.studies.lead import may_create_studies
from readerstudy.studies.models import Enrolment, Role, Run, Study

P = ParamSpec("P")
Page = Callable[Concatenate[HttpRequest, Study, P], HttpResponseBase]
View = Callable[..., HttpResponseBase]

STAFF = (Role.OWNER, Role.COORDINATOR, Role.ANALYST)
LEADS = (Role.OWNER, Role.COORDINATOR)
OWNERS = (Role.OWNER,)
UNBLINDERS = (Role.OWNER, Role.ANALYST)
LARGEST_KEY = 2**63 - 1


def study_page(*roles: str) -> Callable[[Callable[..., HttpResponseBase]], View]:
    """Give the view the study of its address, if the visitor has one of the roles in it; else 404."""

    def decorate(page: Callable[..., HttpResponseBase]) -> View:
        @login_required
        @wraps(page)
        def view(request: HttpRequest, slug: str, *args: Any, **kwargs: Any) -> HttpResponseBase:
            study = Study.objects.in_role(request.user, *roles).filter(slug=slug).first()
            if study is None:
                raise Http404
            return page(request, study, *args, **kwargs)

        return view

    return decorate


def prepares_studies(user: User | AnonymousUser) -> bool:
    """Whether somebody has to do with how studies are made: staff of one, or a leader without any yet."""
    return Study.objects.real().in_role(user, *STAFF).exists() or may_create_studies(user)


def leader(request: HttpRequest) -> User:
    """Who is signed in, if they may create studies; anybody else is told that they may not."""
    who = person(request)
    if not may_create_studies(who):
        raise PermissionDenied(str(NotALeader()))
    return who


def roles_of(request: HttpRequest | Request, study: Study) -> set[str]:
    """The roles the visitor has in a study."""
    mine = Enrolment.objects.current().of(request.user).filter(study=study)
    return set(mine.values_list("role", flat=True))


def run_of(request: HttpRequest | Request, study: Study, number: int) -> Run:
    """A piece of long work by its number: leaders see all of a study, an analyst what writes the report."""
    runs = Run.objects.filter(study=study).select_related("study", "cancellation")
    if roles_of(request, study).isdisjoint(LEADS):
        runs = runs.filter(kind="report")
    run = runs.filter(pk=number).first() if number <= LARGEST_KEY else None
    if run is None:
        raise Http404
    return run
