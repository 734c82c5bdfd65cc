from django.urls import reverse
from rest_framework import serializers

from readerstudy.studies.models import Run
from readerstudy.web.shapes import Shape


class RunOut(Shape):
    number = serializers.IntegerField(source="pk")
    kind = serializers.CharField()
    state = serializers.ChoiceField(["waiting", "running", "vanished", "cancelled", "failed", "finished"])
    done = serializers.IntegerField()
    total = serializers.IntegerField()
    error = serializers.CharField(allow_blank=True)
    outcome = serializers.DictField()
    address = serializers.SerializerMethodField()

    def get_address(self, run: Run) -> str:
        return reverse("api-run", args=[run.study.slug, run.pk])


class RunsOut(Shape):
    runs = RunOut(many=True)
