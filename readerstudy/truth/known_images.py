"""Find people who know the images of a study from another study that shows them.

Asked when an invitation is accepted, and told to that person alone: a refusal to whoever invites would say
who works on which images.
"""

from django.db.models import Q, QuerySet

from readerstudy.accounts.models import Invitation, User
from readerstudy.reading.models import Response
from readerstudy.studies.family import NotThisRole
from readerstudy.studies.models import Enrolment, Role, Section, Study, TrialImage
from readerstudy.studies.models.enrolment import STAFF
from readerstudy.truth.models import Provenance

TOLD = "You were told what images of this study are, in another study that shows them, so you cannot read it."
READS = (
    "You read another study that shows images of this one, so you cannot join its staff before its freeze."
)
ASK = "Ask the person who invited you."


def check_claim(invitation: Invitation, person: User) -> None:
    enrolment = Enrolment.objects.filter(invitation=invitation).select_related("study").first()
    if enrolment is None:
        return
    if enrolment.role == Role.READER:
        if worked_on_images_of(enrolment.study, person) or had_feedback_on_images_of(enrolment.study, person):
            raise NotThisRole(f"{TOLD} {ASK}")
    elif reads_images_of(enrolment.study, person):
        raise NotThisRole(f"{READS} {ASK}")


def worked_on_images_of(study: Study, person: User) -> bool:
    """Whether somebody was ever on the staff of another study with images of this one, or previewed it."""
    parts = Enrolment.objects.of(person).filter(Q(role__in=STAFF) | Q(study__rehearses__isnull=False))
    return _others(study).filter(source__study__in=parts.values("study")).exists()


def had_feedback_on_images_of(study: Study, person: User) -> bool:
    """Whether somebody got feedback in another study, in practice or later, on an image that counts here."""
    counting = TrialImage.objects.filter(trial__section__study=study, trial__section__practice=False)
    answered = Response.objects.filter(
        enrolment__in=Enrolment.objects.of(person).exclude(study=study),
        presentation__slots__trial_image__image__in=counting.values("image"),
    )
    seen_in = Section.objects.filter(pk__in=answered.values("presentation__section"))
    return any(
        section.practice or section.study.protocol.document.section(section.name).feedback
        for section in seen_in.select_related("study")
    )


def reads_images_of(study: Study, person: User) -> bool:
    """Whether somebody reads another study with images of this one that is not frozen yet."""
    open_readings = Enrolment.objects.of(person).current().readers().filter(study__freeze__isnull=True)
    real = open_readings.filter(study__rehearses__isnull=True)
    return _others(study).filter(source__study__in=real.values("study")).exists()


def _others(study: Study) -> QuerySet[Provenance]:
    """The same images in other studies."""
    mine = Provenance.objects.filter(source__study=study).values("image")
    return Provenance.objects.filter(image__in=mine).exclude(source__study=study)
