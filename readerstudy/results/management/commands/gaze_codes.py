from typing import Any

from readerstudy.accounts.models import User
from readerstudy.results.gaze import codes_csv
from readerstudy.studies.command import StudyCommand
from readerstudy.studies.models import Study


class Command(StudyCommand):
    help = "Print the code of each reader, by which a laboratory names its gaze recordings (CSV)."

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        self.stdout.write(codes_csv(study), ending="")
