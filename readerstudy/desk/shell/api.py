"""The base class of the desk's API views: find the study and check the role."""

from django.shortcuts import get_object_or_404

from readerstudy.desk.shell.access import prepares_studies
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Study
from readerstudy.web.views import ApiView


class NotStaff(ReaderstudyError, code="not_staff", status=403):
    """Only the staff of a study and people who may create studies have access to this."""


class DeskView(ApiView):
    def study(self, slug: str, *roles: str) -> Study:
        """Return the study of the address if the person has one of the roles; else raise a 404."""
        mine = Study.objects.in_role(self.request.user, *roles).select_related("lock", "freeze")
        return get_object_or_404(mine, slug=slug)

    def staff_only(self) -> None:
        """Refuse people who prepare no studies, such as readers."""
        if not prepares_studies(self.person()):
            raise NotStaff
