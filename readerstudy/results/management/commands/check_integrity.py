from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.reading.receipt import held_receipt
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
        parser.add_argument(
            "--receipt", metavar="NUMBER", help="also find the answers that a reader's receipt stands for"
        )

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        findings = list(verify_study(study, pixels=options["pixels"]))
        wrong = [finding for finding in findings if finding.stops]
        if wrong:
            lines = "\n".join(f"  {finding}" for finding in wrong)
            raise NotWhole(f"The study is not what its log says; {len(wrong)} findings:\n{lines}")
        for finding in findings:
            self.say(f"Warning: {finding}")
        self.say(f"{study.slug} is what its log says: answers, people, milestones, plan and truth.")
        if options["receipt"] is not None:
            self._find(study, options["receipt"])

    def _find(self, study: Study, number: str) -> None:
        held = held_receipt(study, number)
        if held is None:
            raise NotWhole(
                f"No reader's answers have the receipt {number}. Compare it with what the reader wrote down. "
                "If it is the same, answers were removed or changed after it was given: restore a backup."
            )
        self.say(
            f"The receipt {number} is that of reader {held.reader}. "
            f"All answers that it stands for are there: {held.answers} of the {held.recorded} recorded."
        )
