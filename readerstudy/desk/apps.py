from django.apps import AppConfig


class DeskConfig(AppConfig):
    name = "readerstudy.desk"
    label = "desk"
