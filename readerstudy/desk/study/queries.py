from django.contrib.auth.models import AnonymousUser
from django.db.models import Exists, OuterRef

from readerstudy.accounts.models import User
from readerstudy.desk.shell.access import STAFF
from readerstudy.studies.models import Study
from readerstudy.studies.models.study import StudyQuerySet
from readerstudy.truth.models import Unblinding

PAGE = 50


def studies_of(user: User | AnonymousUser) -> StudyQuerySet:
    """Return the studies in which somebody works, newest first."""
    mine = Study.objects.real().in_role(user, *STAFF).select_related("created_by", "lock", "freeze")
    unblinded = Exists(Unblinding.objects.filter(study=OuterRef("pk")))
    return mine.annotate(unblinded=unblinded).order_by("-created_at", "-pk")
