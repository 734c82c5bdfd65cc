from typing import Any

from django.urls import reverse
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from readerstudy.desk.shell.stages import life_of
from readerstudy.studies.models import Study
from readerstudy.truth.unblind import is_unblinded
from readerstudy.web.shapes import Shape


class StudyBriefOut(Shape):
    slug = serializers.CharField()
    title = serializers.CharField()
    created_at = serializers.DateTimeField()
    locked_at = serializers.DateTimeField(source="lock.at", allow_null=True)
    frozen_at = serializers.DateTimeField(source="freeze.at", allow_null=True)
    address = serializers.SerializerMethodField()

    def get_address(self, study: Study) -> str:
        return reverse("api-study", args=[study.slug])


class StudiesOut(Shape):
    studies = StudyBriefOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="The address of the next fifty.")


class StepOut(Shape):
    name = serializers.CharField()
    state = serializers.ChoiceField(["done", "overridden", "skipped", "now", "later"])
    said = serializers.CharField()


class StudyWithStagesOut(StudyBriefOut):
    unblinded = serializers.SerializerMethodField()
    life = serializers.SerializerMethodField()

    def get_unblinded(self, study: Study) -> bool:
        return is_unblinded(study)

    @extend_schema_field(StepOut(many=True))
    def get_life(self, study: Study) -> Any:
        return StepOut(life_of(study), many=True).data


class StudyInFullOut(StudyWithStagesOut):
    """With the roles of whoever asks, which the view passes in the context."""

    roles = serializers.SerializerMethodField()

    def get_roles(self, study: Study) -> list[str]:
        roles: set[str] = self.context["roles"]
        return sorted(roles)
