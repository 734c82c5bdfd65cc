from django.apps import AppConfig
from django.contrib.staticfiles.apps import StaticFilesConfig


class DeskConfig(AppConfig):
    default = True
    name = "readerstudy.desk"

    def ready(self) -> None:
        from readerstudy.studies.runs import performed_in

        performed_in("readerstudy.desk.rehearsal.preflight")


class StaticFiles(StaticFilesConfig):
    """What the browser bundle is built with stays out of what is served."""

    ignore_patterns = [*StaticFilesConfig.ignore_patterns, "node_modules"]
