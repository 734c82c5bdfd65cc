"""Allow the lock only if the current images passed the audit, or the failed audit was overridden."""

import hmac
from collections.abc import Mapping
from typing import Any

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.chain import canonical, digest_of_json
from readerstudy.audit.record import record
from readerstudy.studies.errors import require_reason
from readerstudy.studies.models import Study
from readerstudy.truth.errors import AuditPassed, BlindingFailed, BlindingNotShown
from readerstudy.truth.models import BlindingAudit, BlindingOverride, Provenance
from readerstudy.truth.secrets import plan_key


def images_digest(study: Study) -> str:
    """Return a digest of the audited images; it changes when an image is added or moved.

    Keyed, because it stands in the log: staff who know the images could try out which are in which source.
    """
    rows = Provenance.objects.filter(source__study=study).order_by("source__name", "image__digest")
    hasher = hmac.new(plan_key(study, "images"), digestmod="sha256")
    for source, digest in rows.values_list("source__name", "image__digest").iterator(5_000):
        hasher.update(f"{source}\x1f{digest}\n".encode())
    return hasher.hexdigest()


def document_digest(document: Mapping[str, Any]) -> str:
    """Return the digest of an audit's findings. Staff may read the findings, so it needs no key."""
    return digest_of_json(canonical(document))


def newest_audit(study: Study) -> BlindingAudit | None:
    """The newest audit of the images as they are now. Once locked they stay, and need no second look."""
    audits = BlindingAudit.objects.filter(study=study).select_related("override").order_by("-at")
    if study.is_locked:
        return audits.first()
    return audits.filter(images_digest=images_digest(study)).first() if audits.exists() else None


def require_blinding(study: Study) -> BlindingAudit | None:
    """The audit that lets the study be locked. A rehearsal, which nobody is blinded in, needs none."""
    if study.rehearses_id is not None:
        return None
    audit = newest_audit(study)
    if audit is None:
        raise BlindingNotShown(
            "The blinding audit has not been run on these images. "
            f"Run it on its page Blinding audit, or with manage.py audit_blinding {study.slug}."
        )
    if not audit.passed and not hasattr(audit, "override"):
        raise BlindingFailed(
            "The blinding audit failed on these images: their format tells real from synthetic. "
            "Mend what the audit names, or override it with a reason, on the page Blinding audit or with "
            f"manage.py override_audit {study.slug}."
        )
    return audit


@transaction.atomic
def override(audit: BlindingAudit, *, by: User, reason: str) -> BlindingOverride:
    """Override a failed audit, with a reason that is recorded."""
    require_reason(reason)
    if audit.passed:
        raise AuditPassed
    decision, new = BlindingOverride.objects.get_or_create(audit=audit, defaults={"by": by, "reason": reason})
    if new:
        record(audit.study.scope, "blinding audit overridden", by=by, on=audit, reason=reason)
    return decision
