"""Invite somebody: make a link that lets one person in once."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from readerstudy.accounts.models import Invitation, User, digest_of
from readerstudy.accounts.witness import tell

VALID_FOR = timedelta(days=30)


@transaction.atomic
def invite(
    email: str, *, by: User, name: str = "", language: str = "", valid_for: timedelta = VALID_FOR
) -> tuple[Invitation, str]:
    """An invitation and its token. The token is not kept: whoever calls puts it into a link, now or never."""
    token = secrets.token_urlsafe(32)
    now = timezone.now()
    invitation = Invitation.objects.create(
        email=User.objects.normalize_email(email).lower(),
        name=name,
        language=language,
        digest=digest_of(token),
        created_by=by,
        created_at=now,
        expires_at=now + valid_for,
    )
    tell(
        "invitation made",
        by=by,
        on=invitation,
        particulars={"email": invitation.email, "expires_at": invitation.expires_at.isoformat()},
    )
    return invitation, token


def link_for(token: str) -> str:
    """The address to send to the person."""
    return f"{settings.SITE_URL}{reverse('invitation', args=[token])}"
