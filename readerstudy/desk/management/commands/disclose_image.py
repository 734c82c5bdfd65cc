from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.emergency.ask import ask_for_disclosure
from readerstudy.desk.emergency.options import Disclosure
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.disclose import confirm_disclosure
from readerstudy.truth.models import Disclosure as Disclosed
from readerstudy.web.options import takes, typed


class Command(StudyCommand):
    help = (
        "Emergency unblinding: tell a named person outside the study, by email, whether one image is real. "
        "The first call requests it, the same call with another --by confirms. The trial leaves the analysis."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        takes(parser, Disclosure, "recipient")
        parser.add_argument("--to", required=True, metavar="NAME", help="who is told")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        given = typed(Disclosure, options, recipient=options["to"])
        request = ask_for_disclosure(study, given, by=by)
        if request.by_id == by.pk and not Disclosed.objects.filter(request=request).exists():
            self.say(f"Asked for by {by}. Another person confirms with the same command and --by EMAIL.")
            return
        confirm_disclosure(request, by=by, reason=given["reason"])
        self.say(f"{request.recipient} has been told by email to {request.email}.")
