from rest_framework import serializers

from readerstudy.desk.protocol.options import ProtocolText
from readerstudy.web.shapes import Shape


class Copy(Shape):
    title = serializers.CharField(
        max_length=300, default="", allow_blank=True, help_text="By default, the title of the study."
    )


class NewStudy(ProtocolText):
    slug = serializers.SlugField(
        max_length=80, required=False, help_text="The short name. By default, it comes from the title."
    )
