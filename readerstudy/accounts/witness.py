"""Accounts lie below the audit log and cannot write into it, so the log comes and listens here.

`audit` enters its `record` as the witness when the platform starts; what accounts do without one is refused
loudly, because a verb that nobody recorded must not happen.
"""

from collections.abc import Mapping
from typing import Any, Protocol

from django.core.exceptions import ImproperlyConfigured
from django.db import models


class Witness(Protocol):
    def __call__(
        self,
        stream: str,
        verb: str,
        *,
        by: Any,
        on: models.Model | str,
        particulars: Mapping[str, Any] | None = None,
        reason: str = "",
    ) -> object: ...


_entered: list[Witness] = []


def enter(witness: Witness) -> None:
    if witness not in _entered:
        _entered.append(witness)


def tell(
    verb: str,
    *,
    by: models.Model | None,
    on: models.Model | str,
    particulars: Mapping[str, Any] | None = None,
    reason: str = "",
) -> None:
    """Have the event recorded, in the stream of who acts, or of whom it concerns if nobody known does."""
    if not _entered:
        raise ImproperlyConfigured(
            "Nobody records what accounts do. Add readerstudy.audit to INSTALLED_APPS."
        )
    person = by if by is not None else on
    stream = "accounts"
    if isinstance(person, models.Model) and person._meta.label == "accounts.User":
        stream = f"accounts/user:{person.pk}"
    for witness in _entered:
        witness(stream, verb, by=by, on=on, particulars=particulars, reason=reason)
