from argparse import ArgumentParser
from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.sources import source_of
from readerstudy.truth.take_out import take_out
from readerstudy.web.options import StatedReason


class Command(StudyCommand):
    help = (
        "Remove images from a source before the lock, such as those of a wrong import. Their pixels stay in "
        "the storage. A plan that shows one of them is deleted."
    )
    asks = StatedReason

    def arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--source", required=True, help="a source that the protocol names")
        which = parser.add_mutually_exclusive_group(required=True)
        which.add_argument("--all", action="store_true", help="empty the source")
        which.add_argument(
            "--images", type=int, nargs="+", metavar="NUMBER", help="image numbers, as on the contact sheet"
        )

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        source = source_of(study, options["source"])
        only = None if options["all"] else options["images"]
        taken = take_out(source, by=by, reason=options["reason"], only=only)
        self.say(f"{taken} images taken out of source {source.name}; {source.provenances.count()} are left.")
