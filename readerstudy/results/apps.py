from importlib import import_module

from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "readerstudy.results"
    label = "results"

    def ready(self) -> None:
        import_module("readerstudy.results.runs")
