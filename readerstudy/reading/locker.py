"""The key with which a reader's browser seals answers under way and drafts: others use the same workstation.

It is a function of the server's secret and the enrolment, so that the same reader opens in any later session
what was left there. After the secret is renewed, former ones still open.
"""

import base64

from django.conf import settings
from django.utils.crypto import salted_hmac

from readerstudy.studies.models import Enrolment


def locker_keys(enrolment: Enrolment) -> str:
    """Return the keys as JSON Web Keys have them: the one that seals first, then those that only open."""
    secrets = [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]
    return " ".join(_key(enrolment, secret) for secret in secrets)


def shelf_name(enrolment: Enrolment) -> str:
    """Return what names begin with in the browser's storage. It is the same when the secret is renewed."""
    of, secret = f"{enrolment.study.uuid} {enrolment.pk}", settings.ELDEST_SECRET_KEY
    return salted_hmac("readerstudy.shelf", of, secret=secret, algorithm="sha256").hexdigest()[:16]


def _key(enrolment: Enrolment, secret: str) -> str:
    of = f"{enrolment.study.uuid} {enrolment.pk}"
    key = salted_hmac("readerstudy.locker", of, secret=secret, algorithm="sha256").digest()
    return base64.urlsafe_b64encode(key).decode().rstrip("=")
