from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.models import UnblindingRequest
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from readerstudy.web.options import StatedReason


class Command(StudyCommand):
    help = (
        "Unblind a study; one that is still open is frozen first. If the protocol requires two people, the "
        "first call requests it and a call with another --by confirms."
    )
    asks = StatedReason

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        reason = options["reason"]
        if not study.is_frozen:
            freeze = freeze_study(study, by=by, reason=reason)
            self.say(f"Frozen first: {freeze.responses} answers, data {freeze.data_digest}.")
        asked_before = UnblindingRequest.objects.filter(study=study).exists()
        request = request_unblinding(study, by=by, reason=reason)
        if study.protocol.document.unblinding_people == 2 and not asked_before:
            self.say(f"Asked for by {request.by}. Another owner or analyst confirms with the same command.")
            return
        unblinding = confirm_unblinding(study, by=by, reason=reason)
        self.say(f"Unblinded at {unblinding.at:%Y-%m-%d %H:%M} UTC.")
        self.say(f"Next: manage.py export_report {study.slug} --out report")
