"""Answers are tallied per reader and section from here on; those that are there are counted once."""

from datetime import UTC
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count, F, Max, Sum
from django.db.models.functions import TruncDate


def count(apps: Any, schema_editor: Any) -> None:
    """Once for all answers that are there."""
    answers = apps.get_model("reading", "Response").objects.filter(revision=1).order_by()
    rows = (
        answers.annotate(section_id=F("presentation__section_id"), day=TruncDate("received_at", tzinfo=UTC))
        .values("enrolment_id", "section_id", "day")
        .annotate(
            answers=Count("pk"),
            timed=Count("active_ms"),
            total_ms=Sum("active_ms", default=0),
            last_at=Max("received_at"),
        )
    )
    tally = apps.get_model("reading", "Tally")
    for row in rows.iterator(2_000):
        tally.objects.create(active_ms=row.pop("total_ms"), **row)


class Migration(migrations.Migration):
    dependencies = [("studies", "0004_rehearsals"), ("reading", "0005_guards_again")]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("answers", models.PositiveIntegerField(default=0)),
                ("timed", models.PositiveIntegerField(default=0)),
                ("active_ms", models.PositiveBigIntegerField(default=0)),
                ("last_at", models.DateTimeField()),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="tallies",
                        to="studies.enrolment",
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="studies.section"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "section", "day"), name="tally_is_one_per_section_and_day"
                    )
                ],
            },
        ),
        migrations.RunPython(count, migrations.RunPython.noop),
    ]
