"""Images are packed for slow lines, each study for itself."""

import django.db.models.deletion
from django.db import migrations, models

from readerstudy.audit.guards import Guard, InstallGuards

NEVER = "What readers get of a locked study never changes."


class Migration(migrations.Migration):
    dependencies = [("imaging", "0003_colour_and_frames")]

    operations = [
        migrations.CreateModel(
            name="Envelope",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.CharField(max_length=64, unique=True)),
                ("preview_bytes", models.PositiveIntegerField()),
                ("frame_bytes", models.PositiveIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Packed",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("scope", models.CharField(max_length=64)),
                ("digest", models.CharField(max_length=64)),
                ("lengths", models.JSONField()),
                (
                    "image",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="imaging.image"
                    ),
                ),
            ],
            options={
                "verbose_name_plural": "packed",
                "constraints": [
                    models.UniqueConstraint(fields=("scope", "image"), name="packed_once_in_a_study")
                ],
            },
        ),
        InstallGuards(
            [
                Guard(table=f"imaging_{table}", name=f"{table}_keeps", message=NEVER, actions=("UPDATE",))
                for table in ("envelope", "packed")
            ]
        ),
    ]
