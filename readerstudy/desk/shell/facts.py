"""The facts that the stages of a study depend on, read in four queries whatever its size."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.core.cache import caches
from django.db.models import BooleanField, Count, Exists, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from readerstudy.studies.models import Enrolment, Freeze, Lock, Run, Study
from readerstudy.truth.blinding.gate import images_digest
from readerstudy.truth.models import BlindingAudit, Plan, Provenance, Unblinding

REMEMBERED_S = 24 * 3600
#: What one query reads as it stands.
SIMPLE = ("locked", "frozen", "unblinded", "rehearsed", "accepted", "virtual")


@dataclass(frozen=True, kw_only=True)
class Facts:
    """`audit` is empty, passed, failed or overridden; readers are those who have not left."""

    images: dict[str, int]
    needed: dict[str, int]
    plan: Plan | None
    plan_fits: bool
    audit: str
    locked: bool
    frozen: bool
    unblinded: bool
    accepted: int
    virtual: int
    readers: int
    all_read: bool
    rehearsed: bool
    sections: int
    trials: int

    @property
    def missing(self) -> dict[str, int]:
        """How many images each source still needs."""
        short = {name: count - self.images.get(name, 0) for name, count in self.needed.items()}
        return {name: count for name, count in short.items() if count > 0}


def facts_of(study: Study) -> Facts:
    document = study.protocol.document
    images, fingerprint = _images(study)
    found = _counted(study, fingerprint)
    plan = Plan.objects.filter(study=study).first()
    return Facts(
        images=images,
        needed=document.needed,
        plan=plan,
        plan_fits=plan is not None and (found["locked"] or plan.fits(study.protocol.digest)),
        audit=_audit(found),
        readers=document.readers,
        all_read=found["locked"] and found["accepted"] >= document.readers and not found["reading"],
        sections=len(document.sections),
        trials=sum(section.trials for section in document.sections),
        **{name: found[name] for name in SIMPLE},
    )


def images_by_source(study: Study) -> dict[str, int]:
    """Return how many images each source of a study has."""
    return _images(study)[0]


def _images(study: Study) -> tuple[dict[str, int], str]:
    """Return the images by source, and what tells one set of images from another.

    Keys of images only grow and no image changes its source, so a set is known by its size and largest key.
    """
    rows = Provenance.objects.filter(source__study=study).values_list("source__name")
    found = list(rows.annotate(images=Count("pk"), newest=Max("pk")))
    newest = max((row[2] for row in found), default=0)
    return {row[0]: row[1] for row in found}, f"{study.uuid}:{sum(row[1] for row in found)}:{newest}"


def _digest(study: Study, fingerprint: str) -> str:
    """Return the digest that an audit of these images has; computing it reads a row for each image."""
    return str(
        caches["throttle"].get_or_set(f"images:{fingerprint}", lambda: images_digest(study), REMEMBERED_S)
    )


def _counted(study: Study, fingerprint: str) -> dict[str, Any]:
    """Read everything that is a number or a yes or no of one study in one query."""
    here, sections = OuterRef("pk"), len(study.protocol.document.sections)
    readers = Enrolment.objects.filter(study=here).readers().current()
    reading = readers.filter(virtual=False).annotate(handed_in=Count("submissions"))
    preflights = Run.objects.filter(study=here, kind="preflight", finished_at__isnull=False, error="")
    audits = BlindingAudit.objects.filter(study=here).order_by("-at")
    if not hasattr(study, "lock"):
        audits = audits.filter(images_digest=_digest(study, fingerprint))
    overridden = audits.annotate(answered=Q(override__isnull=False)).values("answered")
    counted = Study.objects.filter(pk=study.pk).annotate(
        locked=Exists(Lock.objects.filter(study=here)),
        frozen=Exists(Freeze.objects.filter(study=here)),
        unblinded=Exists(Unblinding.objects.filter(study=here)),
        rehearsed=Exists(preflights),
        audit_passed=Subquery(audits.values("passed")[:1]),
        audit_overridden=Subquery(overridden[:1], output_field=BooleanField()),
        accepted=_number_of(readers.accepted()),
        virtual=_number_of(readers.filter(virtual=True)),
        reading=Exists(reading.filter(handed_in__lt=sections)),
    )
    found: dict[str, Any] = counted.values(*counted.query.annotations).get()
    return found


def _number_of(rows: QuerySet[Enrolment]) -> Coalesce:
    counted = rows.order_by().values("study").annotate(number=Count("pk", distinct=True)).values("number")
    return Coalesce(Subquery(counted), 0)


def _audit(found: Mapping[str, Any]) -> str:
    if found["audit_passed"] is None:
        return ""
    if found["audit_passed"]:
        return "passed"
    return "overridden" if found["audit_overridden"] else "failed"
