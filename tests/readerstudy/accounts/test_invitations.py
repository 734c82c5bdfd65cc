"""A personal way in: one link, one person, once."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, close_old_connections, connection
from django.test import Client
from django.utils import timezone

from readerstudy.accounts.claim import claim
from readerstudy.accounts.errors import (
    InvitationClaimed,
    InvitationExpired,
    InvitationIsForSomebodyElse,
    InvitationRefused,
    InvitationRevoked,
    InvitationUnknown,
    RevocationRefused,
)
from readerstudy.accounts.invite import invite, link_for
from readerstudy.accounts.models import Invitation, InvitationClaim, User
from readerstudy.audit.models import Event

pytestmark = pytest.mark.django_db


def page(token: str) -> str:
    return f"/invitation/{token}/"


def test_the_token_is_in_the_link_and_only_its_digest_is_kept(alice: User) -> None:
    invitation, token = invite("Bob@Hospital.example", by=alice)
    assert invitation.email == "bob@hospital.example"
    assert token in link_for(token)
    row = Invitation.objects.filter(pk=invitation.pk).values().get()
    assert all(token not in str(value) for value in row.values())


def test_a_claim_makes_an_account_and_is_a_row_that_says_who_and_when(alice: User) -> None:
    invitation, token = invite("bob@hospital.example", by=alice, name="Bob Reader")
    accepted = claim(token)
    assert accepted.by.name == "Bob Reader"
    assert not accepted.by.has_usable_password()
    assert list(Invitation.objects.claimed()) == [invitation]
    assert abs(accepted.at - timezone.now()) < timedelta(minutes=1)


def test_a_second_claim_is_refused_to_a_stranger_and_the_same_to_the_same_person(alice: User) -> None:
    _, token = invite("bob@hospital.example", by=alice)
    first = claim(token)
    with pytest.raises(InvitationClaimed):
        claim(token)
    assert claim(token, by=first.by) == first


def test_an_expired_invitation_is_refused_with_what_to_do(alice: User) -> None:
    invitation, token = invite("bob@hospital.example", by=alice)
    Invitation.objects.filter(pk=invitation.pk).update(
        created_at=timezone.now() - timedelta(days=31), expires_at=timezone.now() - timedelta(days=1)
    )
    with pytest.raises(InvitationExpired, match="Ask the person who invited you for a new one"):
        claim(token)
    assert list(Invitation.objects.open()) == []


def test_a_revoked_invitation_is_refused_and_revoking_twice_is_one_revocation(alice: User) -> None:
    invitation, token = invite("bob@hospital.example", by=alice)
    first = invitation.revoke(by=alice, reason="wrong address")
    assert invitation.revoke(by=alice, reason="again") == first
    with pytest.raises(InvitationRevoked):
        claim(token)
    assert Event.objects.filter(verb="invitation revoked").count() == 1


def test_what_was_claimed_cannot_be_revoked(alice: User) -> None:
    invitation, token = invite("bob@hospital.example", by=alice)
    claim(token)
    with pytest.raises(RevocationRefused, match="Withdraw the person"):
        invitation.revoke(by=alice)


def test_an_unknown_token_is_refused(alice: User) -> None:
    with pytest.raises(InvitationUnknown):
        claim("not-a-token")


def test_inviting_somebody_who_has_an_account_opens_no_door_to_it(alice: User) -> None:
    mallory = User.objects.create_user("mallory@hospital.example")
    _, token = invite("alice@hospital.example", by=mallory)
    with pytest.raises(InvitationIsForSomebodyElse):
        claim(token)
    with pytest.raises(InvitationIsForSomebodyElse, match="signed in as mallory"):
        claim(token, by=mallory)
    assert claim(token, by=alice).by == alice


def test_every_verb_leaves_one_event_in_the_stream_of_who_acted(alice: User) -> None:
    _, token = invite("bob@hospital.example", by=alice)
    bob = claim(token).by
    invitation, _ = invite("carol@hospital.example", by=alice)
    invitation.revoke(by=alice, reason="left the hospital")
    events = Event.objects.order_by("pk").values_list("stream__name", "verb", "reason")
    assert list(events) == [
        (f"accounts/user:{alice.pk}", "invitation made", ""),
        (f"accounts/user:{bob.pk}", "invitation accepted", ""),
        (f"accounts/user:{alice.pk}", "invitation made", ""),
        (f"accounts/user:{alice.pk}", "invitation revoked", "left the hospital"),
    ]


def test_the_database_refuses_an_invitation_that_expires_before_it_was_made(alice: User) -> None:
    with pytest.raises(IntegrityError, match="invitation_expires_after_it_was_made"):
        invite("bob@hospital.example", by=alice, valid_for=timedelta(days=-1))


@pytest.mark.parametrize("invited", [1, 6])
@pytest.mark.django_db(transaction=True)
def test_of_many_concurrent_claims_exactly_one_succeeds(alice: User, invited: int) -> None:
    tokens = [invite("bob@hospital.example", by=alice)[1] for _ in range(invited)]
    start = threading.Barrier(6, timeout=60)
    outcomes: list[str] = []

    def attempt(token: str) -> None:
        start.wait()
        try:
            claim(token)
            outcomes.append("in")
        except InvitationRefused:
            outcomes.append("refused")
        finally:
            connection.close()

    threads = [threading.Thread(target=attempt, args=(tokens[i % invited],)) for i in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    close_old_connections()
    assert sorted(outcomes) == ["in"] + ["refused"] * 5
    assert InvitationClaim.objects.count() == 1
    assert User.objects.filter(email="bob@hospital.example").count() == 1


def test_opening_the_link_claims_nothing_because_mail_scanners_open_links(
    client: Client, alice: User
) -> None:
    _, token = invite("bob@hospital.example", by=alice)
    response = client.get(page(token))
    assert "Alice Owner" in response.content.decode()
    assert "no-store" in response["Cache-Control"]
    assert client.head(page(token)).status_code == 200
    assert not InvitationClaim.objects.exists()


def test_the_button_claims_signs_in_and_asks_for_a_password_that_may_be_skipped(
    client: Client, alice: User
) -> None:
    _, token = invite("bob@hospital.example", by=alice)
    response = client.post(page(token), follow=True)
    assert response.redirect_chain == [("/accounts/password/set/?next=/", 302)]
    assert response.wsgi_request.user.email == "bob@hospital.example"  # type: ignore[union-attr]
    assert 'href="/"' in response.content.decode()


def test_whoever_accepted_may_open_the_link_again_and_is_led_on(client: Client, alice: User) -> None:
    _, token = invite("bob@hospital.example", by=alice)
    client.post(page(token))
    assert client.get(page(token))["Location"] == "/"
    assert client.post(page(token))["Location"] == "/"


def test_a_used_link_offers_a_stranger_the_sign_in_and_says_nothing_of_the_person(
    client: Client, alice: User
) -> None:
    _, token = invite("bob@hospital.example", by=alice, name="Bob Reader")
    claim(token)
    response = client.get(page(token))
    assert response.status_code == 410
    assert "Bob" not in response.content.decode()
    assert "/accounts/login/" in response.content.decode()


@pytest.mark.parametrize(
    ("method", "status"),
    [("get", 404), ("post", 404)],
)
def test_a_wrong_link_is_not_found(client: Client, method: str, status: int) -> None:
    response: Any = getattr(client, method)(page("wrong"))
    assert response.status_code == status
    assert "Copy the whole link" in response.content.decode()


def test_a_post_from_another_site_claims_nothing(alice: User) -> None:
    _, token = invite("bob@hospital.example", by=alice)
    assert Client(enforce_csrf_checks=True).post(page(token)).status_code == 403
    assert not InvitationClaim.objects.exists()
