from collections.abc import Iterable

from django.db.models import Count
from django.shortcuts import get_object_or_404

from readerstudy.studies.models import Enrolment, Role, Study
from readerstudy.studies.models.enrolment import EnrolmentQuerySet


def people_of(study: Study) -> EnrolmentQuerySet:
    """Return everybody who is or was in a study, with what their names and states need."""
    people = Enrolment.objects.filter(study=study).order_by("role", "place", "pk")
    return people.annotate(handed_in=Count("submissions")).select_related(
        "study", "user", "invitation__claim__by", "invitation__revocation", "withdrawal"
    )


def reader_called(study: Study, pseudonym: str) -> Enrolment:
    return get_object_or_404(people_of(study).readers(), pseudonym=pseudonym)


def unfinished_readers(study: Study) -> list[Enrolment]:
    """Return the readers who have not accepted, or have not handed in every section."""
    return [one for one in unfinished(study, people_of(study)) if one.role == Role.READER]


def unfinished(study: Study, people: Iterable[Enrolment]) -> list[Enrolment]:
    """Return the unfinished readers and the staff who have not accepted, of `people_of` the study."""
    protocol = study.protocol.document
    sections = len(protocol.sections) if hasattr(study, "lock") else 0
    of_arm = {arm.name: len(arm.sections) for arm in protocol.arms} if sections else {}

    def has_more_to_do(one: Enrolment) -> bool:
        handed_in: int = getattr(one, "handed_in")  # noqa: B009  (an annotation, which the model does not know)
        own = of_arm.get(one.arm, sections)
        if one.virtual or one.program or hasattr(one, "withdrawal"):
            return False
        return one.person is None or (one.role == Role.READER and handed_in < own)

    return [one for one in people if has_more_to_do(one)]
