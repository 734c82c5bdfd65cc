import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from readerstudy.audit.guards import InstallGuards
from readerstudy.reading.guards import FETCHES


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0011_early_ends"),
        ("studies", "0013_items_and_arms"),
    ]

    operations = [
        migrations.CreateModel(
            name="Fetch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="studies.enrolment",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reading.slot"
                    ),
                ),
            ],
        ),
        InstallGuards(FETCHES),
    ]
