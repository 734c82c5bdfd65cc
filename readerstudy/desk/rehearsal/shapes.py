from rest_framework import serializers

from readerstudy.desk.runs.shapes import RunOut
from readerstudy.web.shapes import Shape


class PreflightOut(Shape):
    run = RunOut(allow_null=True)
    minutes = serializers.IntegerField(help_text="Of reading, for each reader.")
    sections = serializers.DictField(
        allow_null=True, help_text="The report on the virtual readers, by section."
    )


class ReadingOut(Shape):
    address = serializers.CharField(help_text="Where you read it, signed in with a browser.")
