"""Sections that ask anything, labels beside images, and arms. Existing sections get their tokens."""

import secrets

from django.db import migrations, models

import readerstudy.studies.models.trial
from readerstudy.audit.guards import Unguarded
from readerstudy.studies.guards import GUARDS

OF_SECTIONS = [guard for guard in GUARDS if guard.table == "studies_section"]
TOKEN = models.CharField(
    default=readerstudy.studies.models.trial.new_section_token, max_length=24, unique=True
)


def name_existing_sections(apps, schema_editor):
    """Those of locked studies too: a token tells nothing of the plan."""
    sections = apps.get_model("studies", "Section").objects.filter(token=None)
    for section in sections.iterator():
        section.token = secrets.token_urlsafe(18)
        section.save(update_fields=["token"])


class Migration(migrations.Migration):
    dependencies = [("studies", "0012_copies"), ("audit", "0001_initial")]

    operations = [
        migrations.AlterField(
            "section",
            "task",
            models.CharField(
                choices=[
                    ("pick_real", "pick the real one"),
                    ("call", "real or synthetic"),
                    ("rate", "rate the realism"),
                    ("check_label", "check the label"),
                    ("ask", "answer questions"),
                ],
                max_length=12,
            ),
        ),
        Unguarded(
            OF_SECTIONS,
            [
                migrations.AddField(
                    "enrolment", "arm", models.CharField(blank=True, default="", max_length=80)
                ),
                migrations.AddField("enrolment", "program", models.BooleanField(default=False)),
                migrations.AddField("section", "label_values", models.JSONField(blank=True, default=dict)),
                migrations.AddField("section", "token", models.CharField(max_length=24, null=True)),
                migrations.RunPython(name_existing_sections, migrations.RunPython.noop),
                migrations.AlterField("section", "token", TOKEN),
                migrations.AddField("trialimage", "tells", models.JSONField(blank=True, default=dict)),
            ],
        ),
    ]
