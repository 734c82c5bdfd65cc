from django.apps import AppConfig


class ResultsConfig(AppConfig):
    name = "readerstudy.results"

    def ready(self) -> None:
        from readerstudy.studies.runs import performed_in

        performed_in("readerstudy.results.runs")
