from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "readerstudy.audit"

    def ready(self) -> None:
        from readerstudy.accounts import witness
        from readerstudy.audit import database_check  # noqa: F401  (registers itself)
        from readerstudy.audit.record import record

        witness.enter(record)
