"""Who still has something to do in a study: accept an invitation, or finish reading."""

from django.db.models import Count

from readerstudy.studies.models import Enrolment, Role, Study


def unfinished(study: Study) -> list[Enrolment]:
    """People to remind: those who have not come yet, and readers who have not handed in every section."""
    people = (
        Enrolment.objects.filter(study=study, virtual=False)
        .current()
        .annotate(handed_in=Count("submissions"))
        .select_related("study", "user", "invitation__claim__by", "invitation__revocation")
        .order_by("role", "place", "pk")
    )
    sections = study.sections.count()

    def has_more_to_do(one: Enrolment) -> bool:
        handed_in: int = getattr(one, "handed_in")  # noqa: B009  (an annotation, which the model does not know)
        return one.person is None or (one.role == Role.READER and handed_in < sections)

    return [one for one in people if has_more_to_do(one)]
