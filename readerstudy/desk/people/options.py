from django.conf import settings
from rest_framework import serializers

from readerstudy.studies.models import Role
from readerstudy.web.options import StatedReason
from readerstudy.web.shapes import Shape

MOST_EMAILS = 500


class ByEmail(Shape):
    mail = serializers.BooleanField(default=True, help_text="Whether to email the links, too.")


class Invitation(ByEmail):
    emails = serializers.ListField(
        child=serializers.CharField(max_length=254),
        min_length=1,
        max_length=MOST_EMAILS,
        help_text="An address that is none is refused alone; the others are invited.",
        error_messages={"min_length": "No address was given. Write one on each line."},
    )
    role = serializers.ChoiceField(choices=Role.choices, default=Role.READER)
    leads = serializers.BooleanField(
        default=False, help_text="Whether they may create studies of their own; not for readers."
    )
    arm = serializers.CharField(
        default="",
        allow_blank=True,
        max_length=80,
        help_text="For readers: the arm whose next free place they get. By default, any arm in turn.",
    )
    language = serializers.ChoiceField(
        choices=settings.LANGUAGES,
        default=settings.LANGUAGE_CODE,
        help_text="Of the emails, until the person chooses a language.",
    )


class Reminder(ByEmail):
    emails = serializers.ListField(
        child=serializers.EmailField(),
        default=list,
        max_length=MOST_EMAILS,
        help_text="By default, every reader who has not finished.",
    )


class NewDeadline(StatedReason):
    day = serializers.DateField(help_text="The last day to read, as readers are told.")


class Withdrawal(StatedReason):
    keep_answers = serializers.BooleanField(help_text="Whether the answers so far count.")


class StaffWithdrawal(StatedReason):
    email = serializers.EmailField()


class Replacement(Withdrawal, ByEmail):
    email = serializers.EmailField(help_text="Of the new reader.")
