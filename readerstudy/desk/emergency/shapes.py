"""How the API shows disclosures. None of them has the kind of an image."""

from rest_framework import serializers

from readerstudy.desk.shell.shapes import MilestoneOut
from readerstudy.web.shapes import Shape


class EmergencyOut(Shape):
    number = serializers.IntegerField(source="pk")
    reader = serializers.CharField()
    section = serializers.CharField()
    trial = serializers.IntegerField(source="number")
    letter = serializers.CharField()
    recipient = serializers.CharField()
    email = serializers.CharField()
    requested = MilestoneOut(source="*")
    confirmed = MilestoneOut(source="disclosure", allow_null=True)


class DisclosuresOut(Shape):
    disclosures = EmergencyOut(many=True)
