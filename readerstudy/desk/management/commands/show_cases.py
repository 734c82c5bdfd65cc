import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.desk.api.cases import case_out, cases_out
from readerstudy.results.cases import counting_section
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Section, Study
from readerstudy.truth.unblind import require_unblinded


class Command(StudyCommand):
    help = (
        "Show what the readers saw in a section of an unblinded study, the cases that fooled most of them "
        "first, or one case with who answered what; as the API tells it (JSON)."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("section", help="a section's name, as in the protocol")
        parser.add_argument("number", nargs="?", type=int, help="one case, with every answer to it")
        parser.add_argument("--reader", default="", help="as this reader saw them, by pseudonym")
        parser.add_argument("--source", default="", help="those with an image of this source")
        parser.add_argument("--start", type=int, default=0, help="how many to leave out (default: none)")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        require_unblinded(study)
        section, number = self._section(study, options["section"]), options["number"]
        shown: dict[str, Any] | None
        if number is None:
            asked = {name: options[name] for name in ("reader", "source")}
            shown = cases_out(study, section, start=max(0, options["start"]), **asked)
        else:
            shown = case_out(study, section, number)
        if shown is None:
            raise CommandError(
                f"Nobody answered a case {number} of {section.name}. Those that were answered: "
                f"manage.py show_cases {study.slug} {section.name}"
            )
        self.say(json.dumps(shown, indent=2, ensure_ascii=False))

    @staticmethod
    def _section(study: Study, name: str) -> Section:
        section = counting_section(study, name)
        if section is None:
            known = Section.objects.filter(study=study, practice=False).values_list("name", flat=True)
            raise CommandError(
                f"No section called {name!r} counts in this study. Those that do: {', '.join(known)}."
            )
        return section
