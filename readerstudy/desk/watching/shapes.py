from rest_framework import serializers

from readerstudy.web.shapes import Shape


class SectionProgressOut(Shape):
    section = serializers.CharField(source="name")
    answered = serializers.IntegerField()
    total = serializers.IntegerField()


class ReaderProgressOut(Shape):
    reader = serializers.CharField(source="enrolment.pseudonym")
    answered = serializers.IntegerField()
    total = serializers.IntegerField()
    seconds_a_trial = serializers.FloatField(allow_null=True)
    last_answer = serializers.DateTimeField(allow_null=True)
    stale = serializers.BooleanField(
        source="is_stale", help_text="Began, has not finished, and has been silent for a week."
    )
    pauses = serializers.IntegerField()
    deviations = serializers.ListField(child=serializers.CharField())
    sections = SectionProgressOut(many=True)


class DayOut(Shape):
    day = serializers.DateField()
    answers = serializers.IntegerField()


class ReportedOut(Shape):
    reader = serializers.CharField()
    section = serializers.CharField()
    screen = serializers.IntegerField(
        allow_null=True,
        help_text="As the reader saw them numbered; of a staircase after the unblinding only.",
    )
    kind = serializers.CharField()
    text = serializers.CharField(allow_blank=True, help_text="Empty before the unblinding.")


class ReadersProgressOut(Shape):
    readers = ReaderProgressOut(many=True)
    reported = ReportedOut(many=True, help_text="Problems with screens that readers reported.")
    days = DayOut(many=True)
    health = serializers.ListField(
        child=serializers.CharField(), help_text="Problems on this server that its operator should fix."
    )


class EntryOut(Shape):
    number = serializers.IntegerField(
        source="entry.number",
        allow_null=True,
        help_text="Place in its stream. Null before the unblinding, because gaps would reveal events.",
    )
    stream = serializers.CharField(source="entry.stream")
    at = serializers.DateTimeField(source="entry.at")
    by = serializers.CharField(allow_blank=True)
    verb = serializers.CharField(source="entry.verb")
    sentence = serializers.CharField()
    subject = serializers.CharField(source="entry.subject", allow_blank=True)
    particulars = serializers.DictField(source="entry.particulars")
    reason = serializers.CharField(source="entry.reason", allow_blank=True)


class LogOut(Shape):
    entries = EntryOut(many=True)
    next = serializers.CharField(allow_null=True, help_text="The address of the next hundred.")
