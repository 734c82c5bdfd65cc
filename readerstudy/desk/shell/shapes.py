from rest_framework import serializers

from readerstudy.web.shapes import Shape


class MilestoneOut(Shape):
    at = serializers.DateTimeField()
    reason = serializers.CharField()
