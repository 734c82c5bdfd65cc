import json
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import CommandError

from readerstudy.accounts.models import User
from readerstudy.desk.cases.queries import gallery_page, looked_at
from readerstudy.desk.cases.shapes import CaseFileOut, CasesOut, LooksOut
from readerstudy.results.case_file import case_file
from readerstudy.results.cases import counting_section
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Section, Study
from readerstudy.truth.unblind import require_unblinded

MOST_CASES = 50


class Command(StudyCommand):
    help = (
        "Show what the readers saw in a section of an unblinded study, the cases that fooled most of them "
        "first, or one case with who answered what; as the API returns it (JSON)."
    )

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("section", help="a section's name, as in the protocol")
        parser.add_argument("number", nargs="?", type=int, help="one case, with every answer to it")
        parser.add_argument("--looks", action="store_true", help="of one case: where readers looked")
        parser.add_argument("--reader", default="", help="as this reader saw them, by pseudonym")
        parser.add_argument("--source", default="", help="those with an image of this source")
        parser.add_argument("--start", type=int, default=0, help="how many to leave out (default: none)")

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        require_unblinded(study)
        section, number = self._section(study, options["section"]), options["number"]
        if number is None:
            shown = self._list(study, section, options)
        else:
            shown = self._one(study, section, number, options)
        self.say(json.dumps(shown, indent=2, ensure_ascii=False))

    @staticmethod
    def _list(study: Study, section: Section, options: dict[str, Any]) -> Any:
        start = max(0, options["start"])
        asked = {name: options[name] for name in ("reader", "source")}
        page = gallery_page(study, section, start=start, size=MOST_CASES, **asked)
        following = page.following and f"--start {page.following}"
        body = {"cases": page.rows, "count": page.count, "next": following}
        return CasesOut(body, context={"slug": study.slug}).data

    @staticmethod
    def _one(study: Study, section: Section, number: int, options: dict[str, Any]) -> Any:
        opened = case_file(study, section, number)
        if opened is None:
            raise CommandError(
                f"Nobody answered a case {number} of {section.name}. Those that were answered: "
                f"manage.py show_cases {study.slug} {section.name}"
            )
        if options["looks"]:
            return LooksOut(looked_at(study, section, number, options["reader"])).data
        return CaseFileOut(opened, context={"slug": study.slug}).data

    @staticmethod
    def _section(study: Study, name: str) -> Section:
        section = counting_section(study, name)
        if section is None:
            known = Section.objects.filter(study=study, practice=False).values_list("name", flat=True)
            raise CommandError(
                f"No section called {name!r} counts in this study. Those that do: {', '.join(known)}."
            )
        return section
