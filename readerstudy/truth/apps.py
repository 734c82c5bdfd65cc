from importlib import import_module

from django.apps import AppConfig


class TruthConfig(AppConfig):
    name = "readerstudy.truth"
    label = "truth"

    def ready(self) -> None:
        from readerstudy.studies.creation import at_creation
        from readerstudy.truth.secrets import make_secrets_at_creation

        at_creation(make_secrets_at_creation)
        import_module("readerstudy.truth.runs")
