"""The base of the commands on people."""

from argparse import ArgumentParser

from django.core.management.base import CommandError

from readerstudy.desk.people.outcome import Outcome
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Enrolment, Study


class PeopleCommand(StudyCommand):
    def tell_of_people(self, outcome: Outcome) -> None:
        """Print each link and each reminder on its own line; exit with 1 if something went wrong."""
        for invited in outcome.invited:
            self.say(f"{invited.enrolment.email}\t{invited.link}")
        for enrolment in outcome.reminded:
            self.say(f"{enrolment.email}\treminded")
        if outcome.problems:
            raise CommandError(" ".join(outcome.problems))


def takes_mail(parser: ArgumentParser) -> None:
    parser.add_argument("--links-only", action="store_true", help="print the links and send no emails")


def takes_leaving(parser: ArgumentParser) -> None:
    """Add the options for the reason and for whether the answers count."""
    parser.add_argument("--reason", required=True, help="why; recorded in the log")
    answers = parser.add_mutually_exclusive_group(required=True)
    answers.add_argument("--keep-answers", action="store_true", help="what they answered counts")
    answers.add_argument("--drop-answers", action="store_true", help="it stays on record and does not count")


def somebody_of(study: Study, name: str) -> Enrolment:
    """Return the person in a study with this pseudonym or email address."""
    people = Enrolment.objects.filter(study=study).current().select_related("user", "invitation__claim__by")
    for one in people:
        if name.lower() in (one.pseudonym.lower(), one.email.lower()):
            return one
    raise CommandError(
        f"Nobody called {name!r} is in this study. Give a pseudonym such as R7KQ2 or an email address; "
        f"everybody: manage.py show {study.slug} people"
    )
