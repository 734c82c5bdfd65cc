from rest_framework import serializers

from readerstudy.desk.ending.queries import responses_told
from readerstudy.desk.shell.shapes import MilestoneOut
from readerstudy.studies.models import Freeze
from readerstudy.web.shapes import Shape


class FreezeOut(MilestoneOut):
    data_digest = serializers.CharField()
    responses = serializers.SerializerMethodField()

    def get_responses(self, freeze: Freeze) -> int | None:
        """The number of answers; before the unblinding none where it tells how often readers were right."""
        return responses_told(freeze)


class UnblindingOut(Shape):
    asked = MilestoneOut(allow_null=True)
    unblinded = MilestoneOut(allow_null=True)
