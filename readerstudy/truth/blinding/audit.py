"""Run the blinding audit on a study's images as readers will get them, and store its findings."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.imaging.packs import pack_images
from readerstudy.studies.models import Study
from readerstudy.truth.blinding.compare import compare_arms
from readerstudy.truth.blinding.gate import document_digest, images_digest
from readerstudy.truth.blinding.measurements import OnProgress, measurements_of
from readerstudy.truth.models import BlindingAudit, Kind, Provenance


def audit_blinding(study: Study, *, by: User, on_progress: OnProgress | None = None) -> BlindingAudit:
    """Measure both arms, compare them, and record the verdict that the lock will ask for.

    What is measured is packed as well, in the order of digests, so that the lock need not wait for it.
    """
    digest = images_digest(study)
    arms = {kind: _rows(study, kind) for kind in (Kind.REAL, Kind.SYNTHETIC)}
    images = sorted({row.image for rows in arms.values() for row in rows}, key=lambda image: image.digest)
    measured = sum(map(len, arms.values()))
    total = measured + len(images)

    def tell(before: int) -> OnProgress | None:
        return None if on_progress is None else lambda done, _: on_progress(before + done, total)

    real = measurements_of(arms[Kind.REAL], on_progress=tell(0))
    synthetic = measurements_of(arms[Kind.SYNTHETIC], on_progress=tell(len(real)))
    pack_images(images, scope=str(study.uuid), on_progress=tell(measured))
    report = compare_arms(real, synthetic, seed=study.protocol.document.seed)
    return keep_audit(study, digest, report.passed, report.as_dict(), by=by)


@transaction.atomic
def keep_audit(
    study: Study, digest: str, passed: bool, document: dict[str, object], *, by: User
) -> BlindingAudit:
    """Store the verdict on the images that the digest names."""
    audit = BlindingAudit.objects.create(
        study=study, images_digest=digest, passed=passed, document=document, by=by
    )
    particulars = {"passed": passed, "images": digest, "keyed": True, "document": document_digest(document)}
    record(study.scope, "blinding audited", by=by, on=audit, particulars=particulars)
    return audit


def _rows(study: Study, kind: str) -> list[Provenance]:
    rows = Provenance.objects.filter(source__study=study, source__kind=kind).select_related("image")
    return list(rows.order_by("image__digest").iterator(2_000))
