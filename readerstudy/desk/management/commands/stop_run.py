from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Run, Study
from readerstudy.studies.runs import cancel_run
from readerstudy.web.options import StatedReason


class Command(StudyCommand):
    help = "Stop a run. What it has finished is kept."
    asks = StatedReason

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("number", type=int, help="as in: manage.py show STUDY runs")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        run = Run.objects.filter(study=study, pk=options["number"]).first()
        if run is None:
            raise CommandError(
                f"This study has no run {options['number']}. Its runs: manage.py show {study.slug} runs"
            )
        cancel_run(run, by=by, reason=options["reason"])
        self.say(f"Run {run.pk} has been asked to stop.")
