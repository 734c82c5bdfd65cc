from importlib import import_module

from django.apps import AppConfig


class SynthesisConfig(AppConfig):
    name = "readerstudy.synthesis"
    label = "synthesis"

    def ready(self) -> None:
        import_module("readerstudy.synthesis.runs")
