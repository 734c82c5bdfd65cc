"""A reader withdrawn before coming gives the place up, so that somebody else may be invited to it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studies", "0005_protocol_reason")]

    operations = [
        migrations.RemoveConstraint("enrolment", "enrolment_place_belongs_to_readers"),
        migrations.AddConstraint(
            "enrolment",
            models.CheckConstraint(
                condition=models.Q(role="reader") | models.Q(place__isnull=True),
                name="enrolment_place_belongs_to_readers",
            ),
        ),
    ]
