from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.desk.command import DeskCommand
from readerstudy.desk.pages.rehearsal import Virtual
from readerstudy.studies.models import Study
from readerstudy.studies.runs import start_run
from readerstudy.truth.recognisable import recognisable

SKILLS = ("accuracy", "bias", "fatigue", "dropout")


class Command(DeskCommand):
    help = (
        "Have virtual readers read the whole study in a rehearsal, through HTTP, and analyse it as planned."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--readers", type=int, help="default: as many as the protocol plans")
        for name in SKILLS:
            parser.add_argument(f"--{name}", type=float)
        parser.add_argument("--seed", type=int, default=1)

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        readers = options["readers"] or study.protocol.document.readers
        given = {name: options[name] for name in SKILLS if options[name] is not None}
        start = {"bias": 0, "fatigue": 0, "dropout": 0, "seed": options["seed"], "readers": readers}
        form = Virtual(start | given)
        if not form.is_valid():
            wrong = " ".join(f"--{name}: {' '.join(map(str, said))}" for name, said in form.errors.items())
            raise CommandError(wrong)
        for warning in recognisable(study):
            self.stderr.write(warning)
        self.tell_of_run(start_run(study, "preflight", form.cleaned_data, by=by))
