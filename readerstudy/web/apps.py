from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "readerstudy.web"
    label = "web"
