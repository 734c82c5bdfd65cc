"""Seal every stream with a new secret key, once, after everything was checked under the former ones."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.chain import is_sealed, key_fingerprint, seal_of
from readerstudy.audit.ends import STREAM
from readerstudy.audit.errors import SealsRenewedAlready
from readerstudy.audit.models import Event, Stream
from readerstudy.audit.record import record

VERB = "seals renewed"


@transaction.atomic
def renew_seals(*, by: User) -> int:
    """How many streams were sealed anew. The caller has verified them under the former keys.

    A key renews seals once: what a former key sealed after that was forged with a key that leaked.
    """
    streams = Stream.objects.select_for_update().filter(length__gt=0)
    behind = [stream for stream in streams if not is_sealed(stream)]
    if not behind:
        return 0
    before = Event.objects.filter(stream__name=STREAM, verb=VERB, particulars__key=key_fingerprint()).first()
    if before is not None:
        raise SealsRenewedAlready(
            f"The seals were renewed with this key on {before.at:%-d %B %Y}. {behind[0].name} was sealed "
            "with a former key since then, so it was forged. Compare with a backup."
        )
    for stream in behind:
        stream.seal = seal_of(stream)
    Stream.objects.bulk_update(behind, ["seal"], batch_size=1_000)
    record(STREAM, VERB, by=by, on="audit", particulars={"key": key_fingerprint(), "streams": len(behind)})
    return len(behind)
