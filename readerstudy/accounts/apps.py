from django.apps import AppConfig
from django.utils.translation import gettext

from readerstudy.errors import ReaderstudyError


class AccountsConfig(AppConfig):
    name = "readerstudy.accounts"

    def ready(self) -> None:
        ReaderstudyError.translate = gettext
        from readerstudy.accounts import hospital_sign_in, letters, passwords, second_factor

        hospital_sign_in.record_changes()
        letters.wait_for_answers()
        passwords.record_changes()
        second_factor.record_changes()
