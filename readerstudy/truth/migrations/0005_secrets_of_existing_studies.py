"""Studies that were created before there were secrets get theirs."""

from django.db import migrations

from readerstudy.truth.key_file import create_key_file, key_file
from readerstudy.truth.secrets import drawn_secrets


def draw_for_existing_studies(apps, schema_editor):
    made = apps.get_model("truth", "StudySecrets").objects
    have = made.values("study_id")
    if not key_file().exists() and not made.exists() and apps.get_model("studies", "Study").objects.exists():
        create_key_file()
    for study in apps.get_model("studies", "Study").objects.exclude(pk__in=have).iterator():
        made.create(study=study, **drawn_secrets(study.uuid))


class Migration(migrations.Migration):
    dependencies = [("truth", "0004_study_secrets")]

    operations = [migrations.RunPython(draw_for_existing_studies, migrations.RunPython.noop)]
