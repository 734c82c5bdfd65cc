"""How the API shows a freeze and an unblinding."""

from rest_framework import serializers

from readerstudy.desk.shell.shapes import MilestoneOut
from readerstudy.web.shapes import Shape


class FreezeOut(MilestoneOut):
    data_digest = serializers.CharField()
    responses = serializers.IntegerField()


class UnblindingOut(Shape):
    asked = MilestoneOut(allow_null=True)
    unblinded = MilestoneOut(allow_null=True)
