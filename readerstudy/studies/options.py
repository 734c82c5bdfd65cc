from rest_framework import serializers

from readerstudy.web.shapes import Shape

MOST_REPEATS = 1_000
LONGEST_PROMPT = 100_000


class ProgramRequest(Shape):
    model = serializers.CharField(max_length=120, help_text="Name of the model, as published.")
    model_version = serializers.CharField(max_length=120, help_text="Its exact version.")
    prompt = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=LONGEST_PROMPT,
        help_text="What it is told. The digest alone is kept.",
    )
    repeats = serializers.IntegerField(
        default=1, min_value=1, max_value=MOST_REPEATS, help_text="How often each question is asked."
    )
    endpoint = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=300,
        help_text="Where images are sent, if to a server. One outside needs external = true in the protocol.",
    )
    holder = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=254,
        help_text="Email address of who answers for it and holds its key (default: who enrols it).",
    )
