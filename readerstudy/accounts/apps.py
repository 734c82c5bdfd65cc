from django.apps import AppConfig
from django.utils.translation import gettext

from readerstudy.errors import ReaderstudyError


class AccountsConfig(AppConfig):
    name = "readerstudy.accounts"

    def ready(self) -> None:
        ReaderstudyError.translate = gettext
        from readerstudy.accounts.letters import wait_for_answers
        from readerstudy.accounts.record_changes import record_changes

        wait_for_answers()
        record_changes()
