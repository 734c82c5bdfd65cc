from rest_framework import serializers

from readerstudy.web.options import LARGEST_SEED
from readerstudy.web.shapes import Shape

SAMPLERS = (("unipc", "UniPC"), ("dpm++2m", "DPM++ 2M"), ("ddim", "DDIM"), ("ddpm", "DDPM, ancestral"))
PREVIEW_COUNT = 8
MOST_LOOKED_AT = 32
MOST_MADE = 100_000


class Sampling(Shape):
    model = serializers.CharField(max_length=200, default="bundled", help_text="A name of /api/models.")
    conditions = serializers.DictField(child=serializers.CharField(), default=dict)
    guidance = serializers.FloatField(min_value=0, max_value=20, default=1.0)
    steps = serializers.IntegerField(
        min_value=1,
        max_value=1000,
        allow_null=True,
        default=None,
        help_text="If left out, as usual for the sampler.",
    )
    sampler = serializers.ChoiceField(choices=SAMPLERS, default="unipc")
    seed = serializers.IntegerField(
        min_value=0,
        max_value=LARGEST_SEED,
        default=0,
        help_text="For a source, the number of the series; its seed stays secret.",
    )


class Generation(Sampling):
    source = serializers.CharField(max_length=80)  # type: ignore[assignment]
    count = serializers.IntegerField(min_value=1, max_value=MOST_MADE)


class Preview(Sampling):
    count = serializers.IntegerField(
        min_value=1,
        max_value=MOST_LOOKED_AT,
        default=PREVIEW_COUNT,
        help_text=f"A preview has at most {MOST_LOOKED_AT} images; a source takes {MOST_MADE:,}.",
    )
    through = serializers.CharField(
        max_length=80,
        allow_blank=True,
        default="",
        label="Vary",
        help_text="A condition: one patient is shown at each of its values, whatever the count.",
    )
