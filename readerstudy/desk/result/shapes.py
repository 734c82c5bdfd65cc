from rest_framework import serializers

from readerstudy.desk.runs.shapes import RunOut
from readerstudy.web.shapes import Shape


class ReportOut(Shape):
    files = serializers.ListField(child=serializers.CharField())
    run = RunOut(allow_null=True)
