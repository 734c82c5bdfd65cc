from argparse import ArgumentParser
from contextlib import nullcontext
from typing import Any

from tqdm import tqdm

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.programs.run import let_read, program_reader
from readerstudy.truth.virtual.private_server import private_server


class Command(StudyCommand):
    help = (
        "Let an enrolled program read a study over HTTP with a key of its own. FUNCTION takes the images of "
        "a screen, a list of numpy arrays, and the question, a dict, and returns the answer, a dict. It runs "
        "in a process without database, settings or storage. Run the command again to resume."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--program", required=True, metavar="MODULE:FUNCTION")
        parser.add_argument("--reader", default="", help="the program's pseudonym, if there are several")
        parser.add_argument("--url", help="a running server (default: starts one)")
        parser.add_argument(
            "--env", action="append", default=[], metavar="NAME", help="a variable to pass on to the program"
        )

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        reader = program_reader(study, options["reader"])

        with (
            nullcontext(options["url"]) if options["url"] else private_server() as server,
            tqdm(unit="answer", disable=options["verbosity"] == 0) as bar,
        ):
            read = let_read(
                reader,
                options["program"],
                server=server,
                by=by,
                passed_on=options["env"],
                on_answer=bar.update,
            )
        cost = f", cost {read.cost:g}" if read.cost else ""
        self.say(f"{read.answers} answers of {reader.pseudonym}{cost}.")
