"""Sign in through the hospital's own identity provider (OpenID Connect), where the settings name one.

The provider proves who somebody is; it gives nobody an account or a role. An identity opens the account that
its owner connected it to while signed in, and no other. An address that the provider reports is never enough:
whoever can set an address there could walk into a study leader's account.
"""

import logging
from typing import Any

from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from django.http import HttpRequest
from django.urls import reverse

from readerstudy.accounts.models import User
from readerstudy.accounts.witness import tell

logger = logging.getLogger(__name__)


class HospitalAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: SocialLogin) -> bool:
        return False

    def can_authenticate_by_email(self, login: SocialLogin, email: str) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> None:
        """Keep the identity alone, nothing else of what the provider tells about the person."""
        sociallogin.account.extra_data = {}
        if sociallogin.account.pk is not None:
            sociallogin.account.save(update_fields=["extra_data"])

    def get_connect_redirect_url(self, request: HttpRequest, socialaccount: SocialAccount) -> str:
        return reverse("account")

    def on_authentication_error(self, request: HttpRequest, provider: Any, **why: Any) -> None:
        logger.warning(
            "Sign-in with %s failed: %s", provider.name, why.get("error"), exc_info=why.get("exception")
        )


def is_connected(user: User) -> bool:
    connected: bool = SocialAccount.objects.filter(user=user).exists()
    return connected


def disconnect(user: User, *, by: User) -> None:
    """Let no identity of the provider open this account any more. Twice is the same."""
    deleted, _ = SocialAccount.objects.filter(user=user).delete()
    if deleted:
        tell("hospital sign-in disconnected", by=by, on=user)
