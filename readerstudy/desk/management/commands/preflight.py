from typing import Any

from readerstudy.accounts.models import User
from readerstudy.desk.rehearsal.options import Preflight
from readerstudy.desk.rehearsal.preflight import start_preflight
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study
from readerstudy.truth.recognisable import recognisable
from readerstudy.web.options import typed


class Command(StudyCommand):
    help = (
        "Have virtual readers read the whole study in a rehearsal, through HTTP, and analyse it as planned."
    )
    asks = Preflight

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        for warning in recognisable(study):
            self.stderr.write(warning)
        run = start_preflight(study, typed(Preflight, options), by=by)
        self.say(
            f"Run {run.pk} is queued. Start: manage.py worker. Progress: manage.py show {study.slug} runs"
        )
