"""Remove images from a source, such as those of a wrong import."""

from collections.abc import Collection

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.studies.errors import require_reason
from readerstudy.truth.allocate import clear_plan
from readerstudy.truth.models import Key, Source


@transaction.atomic
def take_out(source: Source, *, by: User, reason: str, only: Collection[int] | None = None) -> int:
    """How many images left the source: those of the keys in `only`, or all of them.

    The pixels stay in the storage, where other studies may show them, and a new import finds them there. A
    plan that would have shown one of the images goes with them; an audit no longer fits by its digest.
    """
    study = source.study.take_turn_before_lock()
    require_reason(reason)
    source = Source.objects.get(pk=source.pk)
    leaving = source.provenances.all() if only is None else source.provenances.filter(pk__in=only)
    taken = leaving.count()
    if not taken:
        return 0
    planned = Key.objects.filter(provenance__in=leaving).exists()
    if planned:
        clear_plan(study)
    made = leaving.exclude(seed=None, conditions={}).count()
    leaving.delete()
    old = _recount(source, made, reason=reason)
    particulars = {"source": source.name, "taken_out": taken, "plan_cleared": planned, **old}
    record(study.scope, "images taken out", by=by, on=source, particulars=particulars, reason=reason)
    return taken


def _recount(source: Source, made: int, *, reason: str) -> dict[str, int | None]:
    """Keep the denominator honest: what a generator made and a person took out counts as rejected.

    An emptied source has none of its generator's images left, and with them goes its description.
    """
    if source.generated is None:
        return {}
    old = {"generated_before": source.generated, "rejected_before": source.rejected}
    if not source.provenances.exists():
        source.generated = source.rejected = None
        source.checkpoint_digest, source.sampler, source.rejection_rule = "", {}, ""
    elif made:
        source.rejected = min((source.rejected or 0) + made, source.generated)
        source.rejection_rule = f"Taken out by hand: {reason.strip()}"
    else:
        return {}
    source.save()
    return old
