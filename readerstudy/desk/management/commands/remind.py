from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.people.command import PeopleCommand, takes_mail
from readerstudy.desk.people.inviting import remind_people, to_remind
from readerstudy.desk.people.options import Reminder
from readerstudy.studies.models import Study
from readerstudy.web.options import typed


class Command(PeopleCommand):
    help = (
        "Remind readers who have not finished. An open invitation gets a new link, and its old link stops "
        "working."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--email",
            action="append",
            default=[],
            help="whom to remind (default: every reader who has not finished)",
        )
        takes_mail(parser)

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        given = typed(Reminder, options, emails=options["email"], mail=not options["links_only"])
        people = to_remind(study, given["emails"])
        if not people:
            self.say("Every reader has finished.")
        self.tell_of_people(remind_people(people, by=by, mail=given["mail"]))
