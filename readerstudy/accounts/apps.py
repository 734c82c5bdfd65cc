from django.apps import AppConfig
from django.utils.translation import gettext

from readerstudy.errors import ReaderstudyError


class AccountsConfig(AppConfig):
    name = "readerstudy.accounts"
    label = "accounts"

    def ready(self) -> None:
        ReaderstudyError.translate = gettext
        from readerstudy.accounts import hospital_sign_in, passwords, second_factor

        hospital_sign_in.record_changes()
        passwords.record_changes()
        second_factor.record_changes()
