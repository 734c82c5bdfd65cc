from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand, text_of
from readerstudy.studies.enrol_program import enrol_program, facts_and_holder, issue_key
from readerstudy.studies.models import Study
from readerstudy.studies.options import ProgramRequest
from readerstudy.web.options import typed


class Command(StudyCommand):
    help = (
        "Enrol a program as a reader of a locked study. It gets the next free place; its answers are never "
        "pooled with people's. Prints its pseudonym and, with --key, a key for the reading API, shown once."
    )
    asks = ProgramRequest

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--prompt-file", type=Path, help="the prompt from a file")
        parser.add_argument("--key", action="store_true", help="also print a key, for programs of your own")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        given = typed(ProgramRequest, options)
        if options["prompt_file"]:
            given["prompt"] = text_of(options["prompt_file"])
        facts, holder = facts_and_holder(given, by=by)
        enrolment = enrol_program(study, facts, holder=holder, by=by)
        self.say(enrolment.pseudonym)
        if options["key"]:
            self.say(issue_key(enrolment, by=by))
