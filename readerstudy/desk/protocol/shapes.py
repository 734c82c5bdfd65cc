from rest_framework import serializers

from readerstudy.web.shapes import ProblemOut, Shape


class ProtocolOut(Shape):
    version = serializers.IntegerField()
    digest = serializers.CharField()
    text = serializers.CharField()


class VersionOut(Shape):
    version = serializers.IntegerField(source="protocol.version")
    digest = serializers.CharField(source="protocol.digest")
    at = serializers.DateTimeField(source="protocol.at")
    by = serializers.CharField(source="protocol.by")
    reason = serializers.CharField(source="protocol.reason", allow_blank=True)
    changes = serializers.ListField(
        child=serializers.CharField(), help_text="What it says differently from the version before."
    )


class VersionsOut(Shape):
    versions = VersionOut(many=True)


class CheckOut(Shape):
    problems = ProblemOut(many=True)
    warnings = ProblemOut(
        many=True, help_text="Of a protocol that can be used, but may tell its readers too much."
    )
    images = serializers.DictField(
        source="document.needed", child=serializers.IntegerField(), allow_null=True
    )
    places = serializers.IntegerField(source="document.places", allow_null=True)


class PublishedOut(Shape):
    name = serializers.CharField()
    title = serializers.CharField(source="document.title")
    text = serializers.CharField()


class PublishedListOut(Shape):
    protocols = PublishedOut(many=True)
