from rest_framework import serializers

from readerstudy.web.options import LARGEST_SEED
from readerstudy.web.shapes import Shape


class Preflight(Shape):
    readers = serializers.IntegerField(
        min_value=2, max_value=50, allow_null=True, default=None, help_text="By default, as many as planned."
    )
    accuracy = serializers.FloatField(
        min_value=0.01,
        max_value=0.99,
        allow_null=True,
        default=None,
        help_text="Share of right answers, from 0 to 1. By default, what is usual for the task.",
    )
    bias = serializers.FloatField(
        min_value=-3, max_value=3, default=0, label="Bias towards synthetic", help_text="In logits."
    )
    fatigue = serializers.FloatField(
        min_value=0, max_value=3, default=0, label="Lost to fatigue", help_text="In logits."
    )
    dropout = serializers.FloatField(
        min_value=0, max_value=0.5, default=0, help_text="Chance of stopping before any one trial."
    )
    seed = serializers.IntegerField(min_value=0, max_value=LARGEST_SEED, default=1)
