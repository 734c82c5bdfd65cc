from rest_framework import serializers

from readerstudy.web.shapes import Shape


class ProtocolText(Shape):
    text = serializers.CharField(trim_whitespace=False, help_text="The protocol in TOML, kept byte for byte.")


class Revision(ProtocolText):
    reason = serializers.CharField(
        max_length=2000, default="", allow_blank=True, help_text="Why, for the record."
    )
    over = serializers.CharField(
        max_length=64,
        default="",
        allow_blank=True,
        help_text="The digest of the version you changed. A version saved since then is not overwritten.",
    )
