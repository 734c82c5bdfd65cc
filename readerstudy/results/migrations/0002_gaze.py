import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from readerstudy.audit.guards import InstallGuards
from readerstudy.results.guards import GAZE


class Migration(migrations.Migration):
    dependencies = [
        ("reading", "0012_fetches"),
        ("results", "0001_initial"),
        ("studies", "0014_programs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="GazeTable",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("samples", models.PositiveIntegerField(help_text="In the table.")),
                ("placed", models.PositiveIntegerField(help_text="On an image that an answer was given to.")),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "study",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="studies.study"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Gaze",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("points", models.JSONField()),
                (
                    "response",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="reading.response"
                    ),
                ),
                (
                    "table",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="gazes",
                        to="results.gazetable",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="gazetable",
            constraint=models.UniqueConstraint(
                fields=("study", "digest"), name="gaze_table_is_imported_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="gaze",
            constraint=models.UniqueConstraint(
                fields=("table", "response"), name="gaze_is_one_per_table_and_answer"
            ),
        ),
        InstallGuards(GAZE),
    ]
