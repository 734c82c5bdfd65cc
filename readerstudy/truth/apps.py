from importlib import import_module

from django.apps import AppConfig


class TruthConfig(AppConfig):
    name = "readerstudy.truth"
    label = "truth"

    def ready(self) -> None:
        from readerstudy.accounts import gate
        from readerstudy.studies.creation import at_creation
        from readerstudy.truth.known_images import check_claim
        from readerstudy.truth.secrets import make_secrets_at_creation

        at_creation(make_secrets_at_creation)
        gate.add(check_claim)
        import_module("readerstudy.truth.runs")
