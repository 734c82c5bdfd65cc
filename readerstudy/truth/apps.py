from importlib import import_module

from django.apps import AppConfig


class TruthConfig(AppConfig):
    name = "readerstudy.truth"
    label = "truth"

    def ready(self) -> None:
        import_module("readerstudy.truth.runs")
