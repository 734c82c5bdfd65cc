"""Keys for programs: scoped, ending, revocable, and never kept."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from readerstudy.accounts.errors import UnknownScope
from readerstudy.accounts.issue_token import issue_token
from readerstudy.accounts.models import ApiToken, User
from readerstudy.audit.models import Event
from tests.readerstudy.people import PASSWORD, set_up_app, signed_in

pytestmark = pytest.mark.django_db


class Progress(APIView):
    token_scope = "study:read"

    def get(self, request: Request) -> Response:
        return Response({"email": request.user.email})  # type: ignore[union-attr]


class Undeclared(APIView):
    def get(self, request: Request) -> Response:
        return Response({})


def ask(view: type[APIView], key: str) -> Any:
    request = APIRequestFactory().get("/", headers={"authorization": f"Bearer {key}"})
    request.user = AnonymousUser()
    return view.as_view()(request)


def test_a_token_opens_what_its_scope_names_as_its_owner(alice: User) -> None:
    _, key = issue_token("notebook", by=alice, scopes=["study:read"])
    assert ask(Progress, key).data == {"email": alice.email}


def test_a_token_without_the_scope_is_refused_with_a_sentence(alice: User) -> None:
    _, key = issue_token("notebook", by=alice, scopes=["results:read"])
    response = ask(Progress, key)
    assert response.status_code == 403
    assert "lacks the scope" in response.data["detail"]


def test_sending_the_form_again_makes_no_second_token(alice: User) -> None:
    client = signed_in(alice, confirmed=True)
    asked = {"name": "notebook", "scopes": ["study:read"], "days": "30"}
    assert "Copy it now" in client.post(reverse("api_tokens"), asked).content.decode()
    assert "You have an open token of this name" in client.post(reverse("api_tokens"), asked).content.decode()
    token = ApiToken.objects.get()
    token.revoke(by=alice)
    assert "Copy it now" in client.post(reverse("api_tokens"), asked).content.decode()


def test_a_view_that_names_no_scope_is_closed_to_tokens(alice: User) -> None:
    _, key = issue_token("notebook", by=alice, scopes=["study:read"])
    assert ask(Undeclared, key).status_code == 403


def test_the_key_is_kept_nowhere_and_recognised_by_its_beginning(alice: User) -> None:
    token, key = issue_token("notebook", by=alice, scopes=["study:read"])
    assert key.startswith("rst_")
    assert key.startswith(token.prefix)
    row = ApiToken.objects.filter(pk=token.pk).values().get()
    assert all(key not in str(value) for value in row.values())
    assert key not in repr(list(Event.objects.values()))


@pytest.mark.parametrize("how", ["expired", "revoked", "owner closed", "mistyped"])
def test_a_token_that_does_not_hold_any_more_is_refused_alike(alice: User, how: str) -> None:
    token, key = issue_token("notebook", by=alice, scopes=["study:read"])
    if how == "expired":
        long_ago = timezone.now() - timedelta(days=60)
        ApiToken.objects.update(created_at=long_ago, expires_at=long_ago + timedelta(days=30))
    elif how == "revoked":
        token.revoke(by=alice)
    elif how == "owner closed":
        User.objects.update(is_active=False)
    else:
        key = key[:-1] + ("A" if key[-1] != "A" else "B")
    response = ask(Progress, key)
    assert response.status_code == 401
    assert "unknown, expired or revoked" in response.data["detail"]


def test_a_token_from_before_a_role_waits_for_the_second_factor_that_the_role_asks_for(
    alice: User, alice_needs_a_second_factor: None
) -> None:
    _, key = issue_token("notebook", by=alice, scopes=["study:read"])
    refused = ask(Progress, key)
    assert refused.status_code == 401
    assert "set one up first" in refused.data["detail"]
    set_up_app(signed_in(alice, confirmed=True))
    assert ask(Progress, key).status_code == 200


def test_unknown_and_missing_scopes_are_refused_with_the_known_ones(alice: User) -> None:
    for scopes in (["everything"], []):
        with pytest.raises(UnknownScope, match="study:read, study:write"):
            issue_token("notebook", by=alice, scopes=scopes)


def test_revoking_twice_is_one_revocation(alice: User) -> None:
    token, _ = issue_token("notebook", by=alice, scopes=["study:read"])
    assert token.revoke(by=alice) == token.revoke(by=alice)
    assert Event.objects.filter(verb="API token revoked").count() == 1


def test_the_page_makes_a_token_and_shows_its_key_once(alice: User) -> None:
    client = signed_in(alice, confirmed=True)
    form = {"name": "figures", "scopes": ["study:read", "results:read"], "days": "90"}
    page = client.post(reverse("api_tokens"), form)
    key = re.search(r'id="token">(rst_[\w-]+)<', page.content.decode())
    assert key is not None
    assert "no-store" in page["Cache-Control"]
    assert ask(Progress, key.group(1)).status_code == 200
    assert key.group(1) not in client.get(reverse("api_tokens")).content.decode()
    token = ApiToken.objects.get()
    assert (token.expires_at - token.created_at).days == 90


def test_the_page_asks_first_who_it_is(alice: User) -> None:
    response = signed_in(alice).post(reverse("api_tokens"), {"name": "x"})
    assert response["Location"].startswith("/accounts/reauthenticate/")


def test_an_incomplete_form_makes_nothing_and_says_what_is_missing(alice: User) -> None:
    page = signed_in(alice, confirmed=True).post(reverse("api_tokens"), {"name": "x", "days": "30"})
    assert "This field is required" in page.content.decode()
    assert not ApiToken.objects.exists()


def test_the_page_revokes_ones_own_and_finds_no_other(alice: User) -> None:
    token, key = issue_token("notebook", by=alice, scopes=["study:read"])
    bob = User.objects.create_user("bob@hospital.example", PASSWORD)
    address = reverse("revoke_api_token", args=[token.pk])
    assert signed_in(bob, confirmed=True).post(address).status_code == 404
    signed_in(alice, confirmed=True).post(address)
    assert ask(Progress, key).status_code == 401


def test_the_description_of_the_api_names_the_scheme() -> None:
    from django.urls import path

    schema = SchemaGenerator(patterns=[path("api/progress/", Progress.as_view())]).get_schema(public=True)
    assert schema["components"]["securitySchemes"]["apiToken"]["scheme"] == "bearer"


def test_a_session_needs_no_scope(client: Client, alice: User) -> None:
    request = APIRequestFactory().get("/")
    request.user = alice
    assert Undeclared.as_view(authentication_classes=[_Session])(request).status_code == 200


class _Session:
    def authenticate(self, request: Request) -> tuple[User, None]:
        return request._request.user, None  # type: ignore[return-value]

    def authenticate_header(self, request: Request) -> str:
        return ""
