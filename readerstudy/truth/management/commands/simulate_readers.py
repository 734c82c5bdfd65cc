from argparse import ArgumentParser, ArgumentTypeError
from contextlib import nullcontext
from typing import Any

from tqdm import tqdm

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.virtual.private_server import private_server
from readerstudy.truth.virtual.reader import Skill
from readerstudy.truth.virtual.simulate import simulate_readers, simulate_through_http


def share(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1:
        raise ArgumentTypeError(f"{text} is not a share from 0 to 1")
    return value


def positive(text: str) -> int:
    value = int(text)
    if value < 1:
        raise ArgumentTypeError(f"{text} is not a number of readers from 1")
    return value


class Command(StudyCommand):
    help = "Have virtual readers read a locked study; with --through-http, each in its own session."

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--readers", type=positive, required=True)
        parser.add_argument("--accuracy", type=share, help="of an average reader on an average case")
        parser.add_argument("--bias", type=float, default=0.0, help="towards “synthetic”, in logits")
        parser.add_argument("--fatigue", type=float, default=0.0, help="lost by the section's end, in logits")
        parser.add_argument("--dropout", type=share, default=0.0, help="of stopping before any one trial")
        parser.add_argument("--seed", type=int, default=1)
        parser.add_argument("--through-http", action="store_true")
        parser.add_argument("--url", help="a running server (default: starts one)")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        names = ("accuracy", "bias", "fatigue", "dropout")
        skill = Skill(**{name: options[name] for name in names})
        readers, seed = options["readers"], options["seed"]
        each = sum(section.read_by_each for section in study.protocol.document.sections)
        with tqdm(total=readers * each, unit="answer", disable=options["verbosity"] == 0) as bar:
            if options["through_http"]:
                with nullcontext(options["url"]) if options["url"] else private_server() as server:
                    count = simulate_through_http(
                        study, readers, skill, by=by, seed=seed, server=server, on_answer=bar.update
                    )
            else:
                count = simulate_readers(study, readers, skill, by=by, seed=seed, on_answer=bar.update)
        self.say(
            f"{count} answers of {readers} virtual readers. Next: manage.py unblind_study {study.slug} …"
        )
