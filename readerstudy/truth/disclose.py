"""Emergency unblinding of one image: its kind, and nothing else, to a named person outside the study.

For a finding that cannot wait: somebody has to know whether there is a patient behind an image. Two people
decide, neither learns the kind by it, and the trial leaves masked bundles and the primary analysis.
"""

from dataclasses import asdict, dataclass

from django.core.mail import EmailMessage
from django.db import transaction
from django.db.models import QuerySet
from django.template.loader import render_to_string

from readerstudy.accounts.models import User
from readerstudy.audit.models import Event
from readerstudy.audit.record import record
from readerstudy.reading.models import Slot
from readerstudy.studies.errors import StudyIsNotLocked, require_reason
from readerstudy.studies.mail import Post
from readerstudy.studies.models import Enrolment, Study, TrialImage
from readerstudy.truth.errors import (
    DisclosureNotSent,
    NoSuchImage,
    NothingToDisclose,
    RecipientIsInTheStudy,
    SecondPersonNeeded,
)
from readerstudy.truth.models import Disclosure, DisclosureRequest, Key
from readerstudy.truth.unblind import is_unblinded

DISCLOSED = "image disclosed"


@dataclass(frozen=True, kw_only=True)
class Case:
    """One image as somebody saw it: whose screen, which section, which trial there, which letter."""

    reader: str
    section: str
    number: int
    letter: str = "A"


@transaction.atomic
def request_disclosure(
    study: Study, case: Case, *, recipient: str, email: str, by: User, reason: str
) -> DisclosureRequest:
    """The first step. Asking again for the same image and person changes nothing."""
    study = study.take_turn()
    require_reason(reason)
    if not study.is_locked:
        raise StudyIsNotLocked
    if is_unblinded(study):
        raise NothingToDisclose
    _require_outside(study, email)
    slot = slot_of(study, case)
    request, new = DisclosureRequest.objects.get_or_create(
        trial_image_id=slot.trial_image_id,
        email=email.lower(),
        defaults={
            "study": study,
            **asdict(case),
            "letter": slot.letter,
            "recipient": recipient,
            "by": by,
            "reason": reason,
        },
    )
    if new:
        particulars = told_of(request)
        record(study.scope, "disclosure requested", by=by, on=request, particulars=particulars, reason=reason)
    return request


def confirm_disclosure(request: DisclosureRequest, *, by: User, reason: str) -> Disclosure:
    """The second step, by another person: the kind goes out by email. Confirming again sends it again."""
    disclosure = _confirm(request, by=by, reason=reason)
    with Post() as post:
        sent = post.takes(_letter(request))
    particulars = {"letter": "disclosure", "sent": sent}
    record(request.study.scope, "letter sent", by=by, on=disclosure, particulars=particulars)
    if not sent:
        raise DisclosureNotSent
    return disclosure


@transaction.atomic
def _confirm(request: DisclosureRequest, *, by: User, reason: str) -> Disclosure:
    study = request.study.take_turn()
    require_reason(reason)
    if request.by_id == by.pk:
        raise SecondPersonNeeded("The emergency unblinding needs two people. Another person has to confirm.")
    _require_outside(study, request.email)
    disclosure, new = Disclosure.objects.get_or_create(request=request, defaults={"by": by, "reason": reason})
    if new:
        record(study.scope, DISCLOSED, by=by, on=request, particulars=told_of(request), reason=reason)
    return disclosure


def disclosed_to(person: User) -> QuerySet[DisclosureRequest]:
    """What was disclosed to somebody who has an account, by its address. Without any mail server."""
    told = DisclosureRequest.objects.filter(email=person.email.lower(), disclosure__isnull=False)
    return told.select_related("study")


@transaction.atomic
def read_disclosure(request: DisclosureRequest, *, by: User) -> str:
    """The kind of the image, for the person it was disclosed to. Each time goes into the log."""
    if request not in disclosed_to(by):
        raise NothingToDisclose("No image was disclosed to you under this number.")
    _require_outside(request.study, by.email)
    record(request.study.scope, "disclosure read", by=by, on=request, particulars=told_of(request))
    return _kind_of(request)


def disclosures_of(study: Study) -> QuerySet[DisclosureRequest]:
    """What was asked for in a study, with what became of it."""
    return DisclosureRequest.objects.filter(study=study).select_related("by", "disclosure__by")


def disclosed_trials(study: Study, *, while_read: bool = False) -> set[int]:
    """The trials with an image whose kind somebody was told, in every section that shows it.

    With `while_read`, only of images disclosed before the freeze: afterwards no answer can follow from it,
    and whoever has a masked bundle could choose which trials leave the analysis.
    """
    disclosed = DisclosureRequest.objects.filter(study=study, disclosure__isnull=False)
    if while_read:
        disclosed = disclosed.exclude(pk__in=disclosed_after_freeze(study))
    shown = TrialImage.objects.filter(
        trial__section__study=study, image__in=disclosed.values("trial_image__image")
    )
    return set(shown.values_list("trial", flat=True))


def disclosed_after_freeze(study: Study) -> set[int]:
    """The requests whose image was disclosed after the freeze, by the order of the log."""
    told = Event.objects.filter(stream__name=study.scope)
    frozen = told.filter(verb="study frozen").values_list("number", flat=True).first()
    if frozen is None:
        return set()
    late = told.filter(verb=DISCLOSED, number__gt=frozen).values_list("subject", flat=True)
    return {int(subject.rpartition(":")[2]) for subject in late}


def slot_of(study: Study, case: Case) -> Slot:
    """The image of a case, as the plan put it on that screen."""
    reader = Enrolment.objects.filter(study=study, pseudonym__iexact=case.reader).readers().first()
    slots = Slot.objects.filter(
        presentation__section__study=study,
        presentation__section__name=case.section,
        presentation__place=reader.own_place if reader else 0,
        presentation__order=case.number,
    )
    for slot in slots:
        if slot.letter == case.letter.upper():
            return slot
    raise NoSuchImage(
        f"{case.reader} has no image {case.letter.upper()} in trial {case.number} of {case.section!r}. "
        "Check the reader's pseudonym, the section's name, and the number and letter on that screen."
    )


def _require_outside(study: Study, email: str) -> None:
    """Nobody with a part in the study, its staff who ask and confirm included, or in a rehearsal of it."""
    related = Study.objects.filter(pk__in={study.pk, study.rehearses_id or study.pk}) | study.rehearsals.all()
    people = Enrolment.objects.filter(study__in=related)
    for one in people.select_related("user", "invitation__claim__by"):
        if email.lower() in (one.email.lower(), one.person.email.lower() if one.person else ""):
            raise RecipientIsInTheStudy


def told_of(request: DisclosureRequest) -> dict[str, object]:
    """For the record: which image, and who was told. Never what it is."""
    names = ("reader", "section", "number", "letter", "recipient", "email")
    return {name: getattr(request, name) for name in names}


def _kind_of(request: DisclosureRequest) -> str:
    kinds = Key.objects.values_list("provenance__source__kind", flat=True)
    return str(kinds.get(trial_image=request.trial_image_id))


def _letter(request: DisclosureRequest) -> EmailMessage:
    context = {"request": request, "study": request.study, "kind": _kind_of(request)}
    return EmailMessage(
        subject="Emergency unblinding of one image",
        body=render_to_string("truth/mail/disclosure.txt", context),
        to=[request.email],
    )
