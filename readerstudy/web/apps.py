from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "readerstudy.web"
    label = "web"

    def ready(self) -> None:
        from readerstudy.web import openapi  # noqa: F401  the scheme registers itself
