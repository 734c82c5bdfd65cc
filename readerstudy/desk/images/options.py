from typing import Any

from rest_framework import serializers

from readerstudy.web.options import StatedReason
from readerstudy.web.shapes import Shape

MOST_IMAGES_REMOVED = 5_000


class Import(Shape):
    batch = serializers.UUIDField(help_text="The upload whose files are imported.")
    source = serializers.CharField(max_length=80)  # type: ignore[assignment]
    names = serializers.CharField(
        max_length=200,
        default="",
        allow_blank=True,
        help_text="How folders and names carry labels: {grade}/{patient:7}{side:1}.png",
    )


class Removal(StatedReason):
    images = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=2**63 - 1),
        max_length=MOST_IMAGES_REMOVED,
        required=False,
        help_text="The numbers of the images, as the list of the source has them.",
    )
    everything = serializers.BooleanField(default=False, help_text="Empty the source.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if attrs["everything"] == ("images" in attrs):
            raise serializers.ValidationError("Name the images, or say everything: true; not both.")
        return attrs
