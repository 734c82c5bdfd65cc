"""The shapes of what comes in."""

from typing import Any

from rest_framework import serializers

from readerstudy.desk.pages.playground import MOST_LOOKED_AT, PREVIEW_COUNT, SAMPLERS
from readerstudy.studies.models import Role, Task

Shape = serializers.Serializer[Any]
MOST_SEED = 2**31 - 1
MOST_EMAILS = 500
MOST_IMAGES = 5_000


class TextIn(Shape):
    text = serializers.CharField(trim_whitespace=False, help_text="The protocol in TOML, kept byte for byte.")


class RevisionIn(TextIn):
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Why, for the record."
    )
    over = serializers.CharField(
        max_length=64,
        default="",
        allow_blank=True,
        help_text="The digest of the version you had before you; somebody else's since is not passed over.",
    )


class StudyIn(TextIn):
    slug = serializers.SlugField(
        max_length=80, required=False, help_text="The short name; from the title if left out."
    )


class StatedReasonIn(Shape):
    reason = serializers.CharField(max_length=2000, help_text="Goes into the record.")


class RemovalIn(StatedReasonIn):
    images = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        max_length=MOST_IMAGES,
        required=False,
        help_text="The numbers of the images, as the list of the source tells them.",
    )
    everything = serializers.BooleanField(default=False, help_text="Empty the source.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["everything"] == ("images" in attrs):
            raise serializers.ValidationError("Name the images, or say everything: true; not both.")
        return attrs


class ImportIn(Shape):
    batch = serializers.UUIDField(help_text="The upload whose files are to be imported.")
    source = serializers.CharField(max_length=80)  # type: ignore[assignment]
    names = serializers.CharField(
        max_length=200,
        default="",
        allow_blank=True,
        help_text="How labels stand in folders and names: {grade}/{patient:7}{side:1}.png",
    )


class SamplingIn(Shape):
    model = serializers.CharField(max_length=200, default="bundled", help_text="A name of /api/models.")
    conditions = serializers.DictField(child=serializers.CharField(), default=dict)
    guidance = serializers.FloatField(min_value=0, max_value=20, default=1.0)
    steps = serializers.IntegerField(min_value=1, max_value=1000, default=16)
    sampler = serializers.ChoiceField(choices=SAMPLERS, default="unipc")
    seed = serializers.IntegerField(min_value=0, max_value=MOST_SEED, default=0)


class GenerationIn(SamplingIn):
    source = serializers.CharField(max_length=80)  # type: ignore[assignment]
    count = serializers.IntegerField(min_value=1, max_value=100_000)


class PreviewIn(SamplingIn):
    count = serializers.IntegerField(min_value=1, max_value=MOST_LOOKED_AT, default=PREVIEW_COUNT)


class PreflightIn(Shape):
    readers = serializers.IntegerField(min_value=2, max_value=50)
    accuracy = serializers.FloatField(min_value=0.01, max_value=0.99, allow_null=True, default=None)
    bias = serializers.FloatField(min_value=-3, max_value=3, default=0)
    fatigue = serializers.FloatField(min_value=0, max_value=3, default=0)
    dropout = serializers.FloatField(min_value=0, max_value=0.5, default=0)
    seed = serializers.IntegerField(min_value=0, max_value=MOST_SEED, default=1)


class LettersIn(Shape):
    mail = serializers.BooleanField(default=True, help_text="Whether links go out by e-mail, too.")


class InviteIn(LettersIn):
    emails = serializers.ListField(child=serializers.EmailField(), min_length=1, max_length=MOST_EMAILS)
    role = serializers.ChoiceField(choices=Role.choices, default=Role.READER)
    leads = serializers.BooleanField(
        default=False, help_text="Whether they may create studies of their own; not for readers."
    )


class RemindIn(LettersIn):
    emails = serializers.ListField(
        child=serializers.EmailField(),
        default=list,
        max_length=MOST_EMAILS,
        help_text="Whom; everybody who has not finished if left out.",
    )


class WithdrawalIn(StatedReasonIn):
    keep_answers = serializers.BooleanField(help_text="Whether what was answered so far counts.")


class StaffLeavesIn(StatedReasonIn):
    email = serializers.EmailField()


class ReplacementIn(WithdrawalIn, LettersIn):
    email = serializers.EmailField(help_text="Of whoever reads instead.")


class PlannerIn(Shape):
    task = serializers.ChoiceField(choices=Task.choices, default=Task.PICK_REAL)
    alternatives = serializers.IntegerField(min_value=2, max_value=8, default=4)
    readers = serializers.IntegerField(min_value=2, max_value=200, default=8)
    trials = serializers.IntegerField(min_value=2, max_value=2000, default=50)
    accuracy = serializers.FloatField(min_value=0.01, max_value=0.99, allow_null=True, default=None)
    margin = serializers.FloatField(min_value=0.005, max_value=0.5, default=0.10)
    reader_sd = serializers.FloatField(min_value=0, max_value=3, default=0.3)
    case_icc = serializers.FloatField(min_value=0, max_value=0.8, default=0.05)
    replicates = serializers.IntegerField(min_value=100, max_value=4000, default=400)
