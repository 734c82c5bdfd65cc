"""What every address of the desk's API has in common: which study, and who prepares studies at all."""

from django.http import Http404

from readerstudy.desk.shell.access import prepares_studies
from readerstudy.desk.shell.errors import NotStaff
from readerstudy.studies.models import Study
from readerstudy.web.views import ApiView


class DeskView(ApiView):
    def study(self, slug: str, *roles: str) -> Study:
        """Return the study of the address, if the person has one of the roles; else it does not exist."""
        mine = Study.objects.in_role(self.request.user, *roles).select_related("lock", "freeze")
        study = mine.filter(slug=slug).first()
        if study is None:
            raise Http404
        return study

    def staff_only(self) -> None:
        """Refuse whoever has nothing to do with how studies are made, such as a reader."""
        if not prepares_studies(self.person()):
            raise NotStaff
