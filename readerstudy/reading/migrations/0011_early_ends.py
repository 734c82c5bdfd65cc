import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from readerstudy.audit.guards import InstallGuards
from readerstudy.reading.guards import EARLY_ENDS


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0010_debriefings"),
        ("studies", "0013_items_and_arms"),
    ]

    operations = [
        migrations.CreateModel(
            name="EarlyEnd",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("answered", models.PositiveIntegerField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="early_ends",
                        to="studies.enrolment",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="early_ends",
                        to="studies.section",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "section"), name="early_end_is_one_per_section"
                    )
                ],
            },
        ),
        InstallGuards(EARLY_ENDS),
    ]
