from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "readerstudy.accounts"
    label = "accounts"

    def ready(self) -> None:
        from readerstudy.accounts import hospital_sign_in, passwords, second_factor

        hospital_sign_in.record_changes()
        passwords.record_changes()
        second_factor.record_changes()
