import uuid

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("studies", "0008_study_uuid")]

    operations = [
        migrations.AlterField(
            "study", "uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)
        ),
    ]
