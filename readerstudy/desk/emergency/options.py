from rest_framework import serializers

from readerstudy.web.options import StatedReason


class Disclosure(StatedReason):
    reader = serializers.CharField(max_length=12, help_text="On whose screen it was seen, such as R03.")
    section = serializers.CharField(max_length=80)
    number = serializers.IntegerField(
        min_value=1, max_value=2**31 - 1, label="Trial", help_text="Its number on that screen."
    )
    letter = serializers.CharField(
        max_length=1, default="A", help_text="Of the image; A where there is only one."
    )
    recipient = serializers.CharField(max_length=200, label="Who is told", help_text="Name and function.")
    email = serializers.EmailField(help_text="Not of anybody with a part in the study.")
