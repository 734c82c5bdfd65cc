from django.apps import AppConfig


class SynthesisConfig(AppConfig):
    name = "readerstudy.synthesis"

    def ready(self) -> None:
        from readerstudy.studies.runs import performed_in

        queues = {"generate": "generation", "preview": "generation"}
        performed_in("readerstudy.synthesis.runs", queues=queues)
