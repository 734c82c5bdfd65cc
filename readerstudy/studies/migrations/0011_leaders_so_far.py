"""Whoever has created a study, owns one, or was invited as a leader may go on creating studies."""

from typing import Any

from django.db import migrations
from django.db.models import Q


def give(apps: Any, schema_editor: Any) -> None:
    user, enrolment = apps.get_model("accounts", "User"), apps.get_model("studies", "Enrolment")
    invitation, leadership = apps.get_model("accounts", "Invitation"), apps.get_model("studies", "Leadership")
    operator = user.objects.filter(email="operator@localhost").first()
    owners = enrolment.objects.filter(role="owner", withdrawal__isnull=True)
    creators = apps.get_model("studies", "Study").objects.filter(rehearses__isnull=True)
    people = user.objects.filter(
        Q(pk__in=owners.filter(user__isnull=False).values("user"))
        | Q(pk__in=owners.values("invitation__claim__by"))
        | Q(pk__in=creators.values("created_by"))
    )
    if operator is not None:
        people = people.exclude(pk=operator.pk)
    leadership.objects.bulk_create(
        [leadership(user=person, by=operator or person) for person in people.distinct()]
    )
    if operator is not None:
        # `invite_leader` alone made invitations to no study.
        invited = invitation.objects.filter(created_by=operator, revocation=None)
        invited = invited.exclude(pk__in=enrolment.objects.exclude(invitation=None).values("invitation"))
        leadership.objects.bulk_create([leadership(invitation=one, by=operator) for one in invited])


class Migration(migrations.Migration):
    dependencies = [("studies", "0010_leadership"), ("accounts", "0004_cache")]

    operations = [migrations.RunPython(give, migrations.RunPython.noop)]
