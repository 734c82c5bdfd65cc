from typing import Any

from readerstudy.accounts.models import User
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.shared_images import approve_shared_images, named
from readerstudy.web.options import StatedReason


class Command(StudyCommand):
    help = (
        "Approve, as second person, that a study is unblinded or reported while readers of another locked "
        "study still see the same images."
    )
    asks = StatedReason

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        approvals = approve_shared_images(study, by=by, reason=options["reason"])
        endangered = [approval.endangered for approval in approvals]
        self.say(f"Approved for {named(endangered, to=by)}." if endangered else "No other study is affected.")
