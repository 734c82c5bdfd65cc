"""The accounts of a demo, with a published password."""

from django.conf import settings

from readerstudy.accounts.models import User
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.invite import invite_reader
from readerstudy.studies.lead import make_leader
from readerstudy.studies.models import Enrolment, Study
from readerstudy.studies.withdraw import withdraw

PASSWORD = "readerstudy-demo"  # noqa: S105  (printed for everybody; production refuses the demonstration)
STAFF = (
    ("owner@demo.example", "Olivia Owner"),
    ("coordinator@demo.example", "Carl Coordinator"),
    ("analyst@demo.example", "Anna Analyst"),
)
READER = "reader@demo.example"


class NotInProduction(ReaderstudyError, code="not_in_production"):
    """The demonstration has passwords that everybody knows. Run it where READERSTUDY_ENV is development."""


def staff() -> tuple[User, ...]:
    """Owner, coordinator and analyst; made on first use."""
    if settings.PRODUCTION:
        raise NotInProduction
    people = []
    for email, name in STAFF:
        person = User.objects.filter(email=email).first()
        people.append(person or User.objects.create_user(email, PASSWORD, name=name))
    make_leader(people[0], by=User.objects.operator())
    return tuple(people)


def invite_a_reader(study: Study, *, by: User) -> str:
    """A link that lets one more person read; a link nobody used is replaced, since links are not kept."""
    mine = Enrolment.objects.filter(study=study, invitation__email=READER).select_related(
        "invitation__claim", "invitation__revocation"
    )
    for enrolment in mine.current():
        if enrolment.person is not None:
            return ""
        withdraw(enrolment, by=by, reason="A new link was made", keep_answers=False)
    return invite_reader(study, READER, by=by, name="Rita Reader").link
