"""Room for what each study knows of its images; the next migration fills it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("truth", "0005_secrets_of_existing_studies")]

    operations = [
        migrations.AddField(
            "provenance",
            "group",
            models.CharField(blank=True, default="", max_length=32),
            preserve_default=False,
        ),
        migrations.AddField("provenance", "facts", models.JSONField(blank=True, default=dict)),
        migrations.CreateModel(
            name="SeenFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(max_length=64)),
                (
                    "provenance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="truth.provenance",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=["token", "provenance"], name="seen_file_is_one_per_image")
                ],
            },
        ),
        migrations.CreateModel(
            name="Measurement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveSmallIntegerField()),
                ("features", models.JSONField()),
                ("sketch", models.BinaryField()),
                (
                    "provenance",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="truth.provenance",
                    ),
                ),
            ],
        ),
    ]
