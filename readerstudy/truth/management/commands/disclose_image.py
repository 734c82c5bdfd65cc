from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.disclose import Case, confirm_disclosure, request_disclosure
from readerstudy.truth.models import Disclosure


class Command(StudyCommand):
    help = (
        "Emergency unblinding: tell a named person outside the study, by email, whether one image is real. "
        "The first call asks, the same call --by somebody else confirms. The trial leaves the analysis."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reader", required=True, help="on whose screen it was seen, such as R03")
        parser.add_argument("--section", required=True, help="the section's name in the protocol")
        parser.add_argument(
            "--number", required=True, type=int, help="the number of the trial on that screen"
        )
        parser.add_argument("--letter", default="A", help="the letter of the image (default: A)")
        parser.add_argument("--to", required=True, metavar="NAME", help="who is told")
        parser.add_argument("--email", required=True, help="where to; never a reader, analyst or owner")
        parser.add_argument("--reason", required=True, help="goes into the record and the report")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        case = Case(
            reader=options["reader"],
            section=options["section"],
            number=options["number"],
            letter=options["letter"],
        )
        request = request_disclosure(
            study, case, recipient=options["to"], email=options["email"], by=by, reason=options["reason"]
        )
        if request.by_id == by.pk and not Disclosure.objects.filter(request=request).exists():
            self.say(f"Asked for by {by}. Another person confirms with the same command and --by EMAIL.")
            return
        confirm_disclosure(request, by=by, reason=options["reason"])
        self.say(f"{request.recipient} has been told by email to {request.email}.")
