"""A secret key that was replaced may have leaked: it proves nothing new and launders no forgery."""

import pytest
from django.conf import settings
from django.test import override_settings

from readerstudy.accounts.models import User
from readerstudy.audit.chain import seal_of
from readerstudy.audit.errors import SealsRenewedAlready
from readerstudy.audit.models import Stream
from readerstudy.audit.record import record
from readerstudy.audit.renew_seals import renew_seals
from readerstudy.audit.verify import verify, verify_stream
from tests.readerstudy.audit.conftest import STREAM, Attack, findings, where

pytestmark = pytest.mark.django_db


def the_key_changed() -> override_settings:
    return override_settings(SECRET_KEY="another key " * 5, SECRET_KEY_FALLBACKS=[settings.SECRET_KEY])


def test_a_key_that_is_not_known_seals_nothing(log: Stream) -> None:
    with override_settings(SECRET_KEY="another key " * 5):
        assert "the seal of the head does not fit" in findings(log)[0]


def test_a_former_key_proves_nothing_new_until_the_seals_are_renewed(log: Stream) -> None:
    with the_key_changed():
        assert "was made with a former secret key" in findings(log)[0]
        record(STREAM, "verb.7", by=None, on="after")
        log.refresh_from_db()
        assert "was made with a former secret key" in findings(log)[0]
        assert list(verify_stream(log, former_keys=True)) == []
        renew_seals(by=User.objects.operator())
        log.refresh_from_db()
        assert list(verify()) == []


def test_a_head_forged_with_a_leaked_former_key_is_never_sealed_anew(log: Stream, attack: Attack) -> None:
    former = settings.SECRET_KEY
    with the_key_changed():
        renew_seals(by=User.objects.operator())
        head = log.events.get(number=5).digest
        log.length, log.head = 5, head
        attack(f"DELETE FROM audit_event {where(6)}")
        attack(
            f"UPDATE audit_stream SET length = 5, head = '{head}', seal = '{seal_of(log, former)}' "
            f"WHERE id = {log.pk}"
        )
        with pytest.raises(SealsRenewedAlready, match=f"{STREAM} was sealed with a former key"):
            renew_seals(by=User.objects.operator())
        record(STREAM, "verb.7", by=None, on="after")
        log.refresh_from_db()
        assert "was made with a former secret key" in findings(log)[0]


def test_an_end_that_was_tampered_with_does_not_become_good_by_the_next_event(
    log: Stream, attack: Attack
) -> None:
    head = log.events.get(number=5).digest
    attack(f"DELETE FROM audit_event {where(6)}")
    attack(f"UPDATE audit_stream SET length = 5, head = '{head}' WHERE name = '{STREAM}'")
    record(STREAM, "verb.7", by=None, on="after")
    log.refresh_from_db()
    assert "the seal of the head does not fit" in findings(log)[0]
