import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from readerstudy.audit.guards import InstallGuards
from readerstudy.reading.guards import CONCERNS


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0013_own_keys"),
        ("studies", "0014_programs"),
    ]

    operations = [
        migrations.CreateModel(
            name="Concern",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("missing", "does not appear, or only in part"),
                            ("view", "wrong body part, view or orientation"),
                            ("personal", "a name or other personal data is visible"),
                            ("text", "text or marks that should not be there"),
                            ("question", "the question or the label does not fit"),
                            ("other", "something else"),
                        ],
                        max_length=8,
                    ),
                ),
                ("text", models.TextField(blank=True)),
                ("client_uuid", models.UUIDField()),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerns",
                        to="studies.enrolment",
                    ),
                ),
                (
                    "presentation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="concerns",
                        to="reading.presentation",
                    ),
                ),
                (
                    "slot",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reading.slot",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "client_uuid"), name="concern_is_raised_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("kind__in", ["missing", "view", "personal", "text", "question", "other"])
                        ),
                        name="concern_kind_is_known",
                    ),
                ],
            },
        ),
        InstallGuards(CONCERNS),
    ]
