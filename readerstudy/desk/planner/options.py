"""What one may ask the planner."""

from rest_framework import serializers

from readerstudy.studies.models import Task
from readerstudy.web.shapes import Shape

SMALLEST_MARGIN, LARGEST_MARGIN = 0.005, 0.5


class Margin(Shape):
    """The margin that was settled on, to be written into a protocol."""

    task = serializers.ChoiceField(choices=Task.choices)
    margin = serializers.FloatField(min_value=SMALLEST_MARGIN, max_value=LARGEST_MARGIN)


class Question(Shape):
    task = serializers.ChoiceField(choices=Task.choices, default=Task.PICK_REAL)
    alternatives = serializers.IntegerField(
        min_value=2,
        max_value=8,
        default=4,
        label="Images on a screen",
        help_text="Where one of several is picked.",
    )
    readers = serializers.IntegerField(min_value=2, max_value=200, default=8)
    trials = serializers.IntegerField(min_value=2, max_value=2000, default=50)
    accuracy = serializers.FloatField(
        min_value=0.01,
        max_value=0.99,
        allow_null=True,
        default=None,
        label="True rate",
        help_text="From 0 to 1; chance if left out.",
    )
    margin = serializers.FloatField(
        min_value=SMALLEST_MARGIN,
        max_value=LARGEST_MARGIN,
        default=0.10,
        label="Equivalence margin",
        help_text="0.1 is ten percentage points.",
    )
    reader_sd = serializers.FloatField(
        min_value=0, max_value=3, default=0.3, label="Between-reader SD", help_text="In logits."
    )
    case_icc = serializers.FloatField(
        min_value=0,
        max_value=0.8,
        default=0.05,
        label="Correlation within cases",
        help_text="Of answers to the same case.",
    )
    replicates = serializers.IntegerField(min_value=100, max_value=4000, default=400)
