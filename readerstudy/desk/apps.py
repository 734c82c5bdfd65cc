from importlib import import_module

from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "readerstudy.desk"
    label = "desk"

    def ready(self) -> None:
        import_module("readerstudy.desk.preflight")
