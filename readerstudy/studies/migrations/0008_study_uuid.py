import uuid

from django.db import migrations, models


def name_existing_studies(apps, schema_editor):
    studies = apps.get_model("studies", "Study").objects.filter(uuid=None)
    for study in studies.iterator():
        study.uuid = uuid.uuid4()
        study.save(update_fields=["uuid"])


class Migration(migrations.Migration):
    dependencies = [("studies", "0007_milestones_in_order")]

    operations = [
        migrations.AddField("study", "uuid", models.UUIDField(null=True, editable=False)),
        migrations.RunPython(name_existing_studies, migrations.RunPython.noop),
    ]
