"""Verify decisions about the truth against the log: audits, overrides, disclosures, unblinding."""

from collections.abc import Iterator
from typing import Any

from readerstudy.audit.compare import differences
from readerstudy.audit.models import Event
from readerstudy.studies.models import Study
from readerstudy.studies.verify_people import Facts, events_by_key, said_of
from readerstudy.truth.blinding.gate import document_digest
from readerstudy.truth.disclose import Case, slot_of, told_of
from readerstudy.truth.errors import NoSuchImage
from readerstudy.truth.models import (
    BlindingAudit,
    BlindingOverride,
    Disclosure,
    DisclosureRequest,
    SharedImagesApproval,
    Unblinding,
    UnblindingRequest,
)
from readerstudy.truth.shared_images import APPROVED, FORMERLY_APPROVED


def verify_decisions(study: Study) -> Iterator[str]:
    def told(verb: str) -> Facts:
        return events_by_key(study.scope, verb)

    overrides = {row.audit_id: said_of(row) for row in BlindingOverride.objects.filter(audit__study=study)}
    asked = {row.study_id: said_of(row) for row in UnblindingRequest.objects.filter(study=study)}
    done = {row.study_id: said_of(row) for row in Unblinding.objects.filter(study=study)}
    disclosed = {row.request_id: said_of(row) for row in Disclosure.objects.filter(request__study=study)}
    yield from differences("blinding audit", _audits(study), told("blinding audited"))
    yield from differences("the override of blinding audit", overrides, told("blinding audit overridden"))
    requests = {
        row.pk: said_of(row) | told_of(row) | {"trial_image": row.trial_image_id}
        for row in DisclosureRequest.objects.filter(study=study)
    }
    yield from differences("the disclosure request", requests, _requests_told(study))
    yield from differences("the disclosure of request", disclosed, told("image disclosed"))
    approvals = SharedImagesApproval.objects.filter(study=study)
    approved = {(row.endangered_id, row.by_id): {"reason": row.reason, "at": row.at} for row in approvals}
    yield from differences("the approval of study and person", approved, _approvals_told(study))
    yield from differences("the unblinding request of study", asked, told("unblinding requested"))
    yield from differences("the unblinding of study", done, told("study unblinded"))


def _audits(study: Study) -> Facts:
    return {
        audit.pk: {
            "by": audit.by_id,
            "passed": audit.passed,
            "images": audit.images_digest,
            "document": document_digest(audit.document),
            "at": audit.at,
        }
        for audit in BlindingAudit.objects.filter(study=study)
    }


def _requests_told(study: Study) -> Facts:
    """What the log says of each request, with the image that was where it says."""
    told = events_by_key(study.scope, "disclosure requested")
    return {pk: {**said, **_image_at(study, said)} for pk, said in told.items()}


def _image_at(study: Study, said: dict[str, Any]) -> dict[str, int]:
    case = Case(**{name: said[name] for name in ("reader", "section", "number", "letter")})
    try:
        return {"trial_image": slot_of(study, case).trial_image_id}
    except NoSuchImage:  # the reader gave the place up since, without having come
        return {}


def _approvals_told(study: Study) -> Facts:
    events = Event.objects.filter(stream__name=study.scope, verb__in=[APPROVED, FORMERLY_APPROVED])
    return {
        (int(subject.rpartition(":")[2]), by): {"reason": reason, "at": at}
        for subject, by, reason, at in events.values_list("subject", "by", "reason", "at")
    }
