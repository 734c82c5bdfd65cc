from rest_framework import serializers

from readerstudy.desk.protocol.options import ProtocolText
from readerstudy.web.shapes import Shape


class Copy(Shape):
    title = serializers.CharField(
        max_length=300, default="", allow_blank=True, help_text="That of the study, if left out."
    )


class NewStudy(ProtocolText):
    slug = serializers.SlugField(
        max_length=80, required=False, help_text="The short name; from the title if left out."
    )
