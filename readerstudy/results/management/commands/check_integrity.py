from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.errors import NotWhole
from readerstudy.results.verify_study import verify_study
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = (
        "Compare one study with its log, as every export does: answers, people, milestones, plan and truth. "
        "Exits 1 and names the rows if something was changed directly in the database."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--pixels", action="store_true", help="also compare every stored image")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        findings = list(verify_study(study, pixels=options["pixels"]))
        wrong = [finding for finding in findings if finding.stops]
        if wrong:
            lines = "\n".join(f"  {finding}" for finding in wrong)
            raise NotWhole(f"The study is not what its log says; {len(wrong)} findings:\n{lines}")
        for finding in findings:
            self.say(f"Warning: {finding}")
        self.say(f"{study.slug} is what its log says: answers, people, milestones, plan and truth.")
