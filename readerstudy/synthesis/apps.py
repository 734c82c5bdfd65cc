from django.apps import AppConfig


class SynthesisConfig(AppConfig):
    name = "readerstudy.synthesis"
    label = "synthesis"
