"""What a program that reads is made of. Rows are only ever added."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from readerstudy.audit.guards import InstallGuards
from readerstudy.studies.guards import PROGRAMS


class Migration(migrations.Migration):
    dependencies = [
        ("studies", "0013_items_and_arms"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Program",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("model", models.CharField(max_length=120)),
                ("version", models.CharField(max_length=120)),
                ("prompt_digest", models.CharField(max_length=64)),
                ("repeats", models.PositiveIntegerField(default=1)),
                ("endpoint", models.CharField(blank=True, max_length=300)),
                (
                    "enrolment",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="program_details",
                        to="studies.enrolment",
                    ),
                ),
                (
                    "holder",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("repeats__gte", 1)), name="program_reads_at_least_once"
                    )
                ],
            },
        ),
        InstallGuards(PROGRAMS),
    ]
