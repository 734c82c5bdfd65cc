import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from readerstudy.audit.guards import InstallGuards
from readerstudy.reading.guards import DEBRIEFINGS


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0009_items"),
        ("studies", "0013_items_and_arms"),
    ]

    operations = [
        migrations.CreateModel(
            name="Debriefing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("text_digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="debriefings",
                        to="studies.enrolment",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="debriefings",
                        to="studies.section",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "section"), name="debriefing_is_one_per_section"
                    )
                ],
            },
        ),
        InstallGuards(DEBRIEFINGS),
    ]
