"""Find people who know the images of a study from elsewhere: another study that shows them, an emergency.

Asked when an invitation is accepted, and told to that person alone: a refusal to whoever invites would say
who works on which images. What people learn elsewhere after that is `known_elsewhere.py`.
"""

from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from readerstudy.accounts.models import Invitation, User
from readerstudy.reading.models import Response
from readerstudy.studies.family import NotThisRole
from readerstudy.studies.models import Enrolment, Protocol, Role, Section, Study, TrialImage
from readerstudy.studies.models.enrolment import STAFF, EnrolmentQuerySet
from readerstudy.truth.disclose import disclosed_to
from readerstudy.truth.models import Provenance
from readerstudy.truth.same_films import same_films, showing


def check_claim(invitation: Invitation, person: User) -> None:
    enrolment = Enrolment.objects.filter(invitation=invitation).select_related("study").first()
    if enrolment is None:
        return
    why = _why_not(enrolment, person)
    if why:
        raise NotThisRole(f"{why} {_('Ask the person who invited you.')}")


def _why_not(enrolment: Enrolment, person: User) -> str:
    study = enrolment.study
    if enrolment.role != Role.READER:
        reads = _(
            "You read another study that shows images of this one, so you cannot join its staff before its "
            "freeze."
        )
        return reads if reads_images_of(study, person) else ""
    if (
        worked_on_images_of(study, person)
        or had_feedback_on_images_of(study, person)
        or was_disclosed_an_image_of(study, person)
    ):
        return _("You were told elsewhere what images of this study are, so you cannot read it.")
    if would_be_told_elsewhere(enrolment, person):
        return _(
            "You read another study that shows images of this one, and one of the two tells its readers what "
            "they are, so you cannot read this one before the other is frozen."
        )
    return ""


def worked_on_images_of(study: Study, person: User) -> bool:
    """Whether somebody was ever on the staff of another study with images of this one, or previewed it."""
    parts = Enrolment.objects.of(person).filter(Q(role__in=STAFF) | Q(study__rehearses__isnull=False))
    return _others(study).filter(source__study__in=parts.values("study")).exists()


def had_feedback_on_images_of(study: Study, person: User) -> bool:
    """Whether somebody got feedback in another study, in practice or later, on an image that counts here."""
    answered = Response.objects.filter(
        enrolment__in=Enrolment.objects.of(person).exclude(study=study),
        presentation__slots__trial_image__image__in=same_films(_counting(study)),
    )
    return bool(telling(Section.objects.filter(pk__in=answered.values("presentation__section"))))


def was_disclosed_an_image_of(study: Study, person: User) -> bool:
    """Whether the kind of an image that is shown here was disclosed to somebody in an emergency."""
    shown = TrialImage.objects.filter(trial__section__study=study)
    return disclosed_to(person).filter(trial_image__image__in=same_films(shown.values("image"))).exists()


def would_be_told_elsewhere(enrolment: Enrolment, person: User) -> bool:
    """Whether one of two studies that somebody would read at a time tells what counts in the other.

    In either direction: whoever accepts second is refused, so that nobody gets the feedback after accepting.
    """
    others = readings_elsewhere(enrolment.study, person)
    return any(_tells_of(other, enrolment.study) or _tells_of(enrolment, other.study) for other in others)


def reads_images_of(study: Study, person: User) -> bool:
    """Whether somebody reads another study with images of this one that is not frozen yet."""
    reading = readings_elsewhere(study, person)
    return _others(study).filter(source__study__in=reading.values("study")).exists()


def readings_elsewhere(study: Study, person: User) -> EnrolmentQuerySet:
    """The other studies that somebody reads and that are not frozen; rehearsals do not count."""
    mine = Enrolment.objects.of(person).current().readers().exclude(study=study)
    return mine.filter(study__freeze__isnull=True, study__rehearses__isnull=True).select_related("study")


def telling(sections: QuerySet[Section]) -> list[int]:
    """The keys of the sections that tell their readers while they read whether they were right."""
    protocols = Protocol.objects.filter(study__in=sections.values("study")).order_by("version")
    newest = {one.study_id: one.document for one in protocols}
    return [one.pk for one in sections if newest[one.study_id].section(one.name).tells_the_truth]


def _tells_of(reading: Enrolment, study: Study) -> bool:
    """Whether what is planned for a reader tells the truth of an image that counts in another study."""
    shared = Section.objects.filter(
        study=reading.study_id,
        presentations__place=reading.own_place,
        presentations__slots__trial_image__image__in=same_films(_counting(study)),
    )
    return bool(telling(shared.distinct()))


def _counting(study: Study) -> QuerySet[TrialImage, Any]:
    shown = TrialImage.objects.filter(trial__section__study=study, trial__section__practice=False)
    return shown.values("image")


def _others(study: Study) -> QuerySet[Provenance]:
    mine = Provenance.objects.filter(source__study=study).values("image")
    return showing(mine).exclude(source__study=study)
