"""Find studies still being read that show the same images: unblinding one would unblind the other."""

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.studies.errors import require_reason
from readerstudy.studies.models import Study
from readerstudy.truth.errors import SharesImages
from readerstudy.truth.models import Provenance, SharedImagesApproval
from readerstudy.truth.same_films import showing

APPROVED, FORMERLY_APPROVED = "shared images approved", "disclosure approved"


def endangered_by(study: Study) -> list[Study]:
    """The locked, unfrozen studies that share a film with this one. A rehearsal endangers none."""
    if study.rehearses_id is not None:
        return []
    mine = Provenance.objects.filter(source__study=study).values("image")
    theirs = showing(mine).exclude(source__study=study).values("source__study")
    return list(Study.objects.real().filter(pk__in=theirs, lock__isnull=False, freeze__isnull=True))


@transaction.atomic
def approve_shared_images(study: Study, *, by: User, reason: str) -> list[SharedImagesApproval]:
    """Agree that the truth of this study is told although others that share its images are being read."""
    require_reason(reason)
    study = study.take_turn()
    return _approve(study, endangered_by(study), by=by, reason=reason)


def approve_together(study: Study, *, by: tuple[User, User], reason: str) -> None:
    """Two people who unblinded the study have approved what was endangered then."""
    endangered = endangered_by(study)
    for person in by:
        _approve(study, endangered, by=person, reason=reason)


def require_disclosable(study: Study, *, by: User) -> list[Study]:
    """The endangered studies. Raises SharesImages unless somebody else than `by` approved each of them."""
    endangered = endangered_by(study)
    approved = (
        SharedImagesApproval.objects.filter(study=study).exclude(by=by).values_list("endangered", flat=True)
    )
    alone = [one for one in endangered if one.pk not in set(approved)]
    if alone:
        raise SharesImages(
            f"Images of this study are also shown in {named(alone, to=by)}, locked and still being "
            "read: whoever learns the truth here knows it there. Freeze that first, or have a second owner "
            "or analyst approve on the page Freeze and unblind, or with manage.py approve_shared_images."
        )
    return endangered


def shared_with(endangered: list[Study]) -> dict[str, list[str]]:
    """What an event or an export says of the endangered studies."""
    return {"shares_images_with": sorted(str(one.uuid) for one in endangered)} if endangered else {}


def named(studies: list[Study], *, to: User) -> str:
    """Studies by their short names, or by UUID where somebody has no part in them."""
    known = set(Study.objects.visible_to(to).values_list("pk", flat=True))
    sees_all = to == User.objects.operator()
    names = [one.slug if sees_all or one.pk in known else f"study {one.uuid}" for one in studies]
    return ", ".join(sorted(names))


def _approve(study: Study, endangered: list[Study], *, by: User, reason: str) -> list[SharedImagesApproval]:
    approvals = []
    for one in endangered:
        approval, new = SharedImagesApproval.objects.get_or_create(
            study=study, endangered=one, by=by, defaults={"reason": reason}
        )
        approvals.append(approval)
        if new:
            particulars = {"study": str(one.uuid)}
            record(study.scope, APPROVED, by=by, on=one, particulars=particulars, reason=reason)
    return approvals
