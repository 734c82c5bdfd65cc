from rest_framework import serializers

from readerstudy.desk.shell.shapes import MilestoneOut
from readerstudy.web.shapes import Shape


class InterimLookOut(MilestoneOut):
    """What was found is null to everybody but the monitor before the unblinding."""

    number = serializers.IntegerField()
    percent = serializers.IntegerField()
    answers = serializers.IntegerField()
    data_digest = serializers.CharField(source="data")
    decision = serializers.CharField()
    information = serializers.FloatField(allow_null=True)
    estimate = serializers.FloatField(allow_null=True)
    low = serializers.FloatField(allow_null=True)
    high = serializers.FloatField(allow_null=True)
    p = serializers.FloatField(allow_null=True)
    nominal_p = serializers.FloatField(allow_null=True)


class NextLookOut(Shape):
    number = serializers.IntegerField()
    percent = serializers.IntegerField()
    at = serializers.IntegerField(help_text="At how many answers it is due.")
    answers = serializers.IntegerField(help_text="How many there are.")
    is_due = serializers.BooleanField()


class InterimLooksOut(Shape):
    taken = InterimLookOut(many=True)
    next = NextLookOut(allow_null=True)
