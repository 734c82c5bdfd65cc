import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from readerstudy.audit.guards import InstallGuards
from readerstudy.truth.guards import KEPT


class Migration(migrations.Migration):
    dependencies = [("truth", "0003_milestones_in_order"), ("studies", "0009_study_uuid_is_unique")]

    operations = [
        migrations.CreateModel(
            name="StudySecrets",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("plan_secret", models.BinaryField()),
                ("name_secret", models.BinaryField()),
                ("pixel_seed", models.BinaryField()),
                ("commitment", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "study",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="studies.study"
                    ),
                ),
            ],
            options={"verbose_name_plural": "study secrets"},
        ),
        InstallGuards(KEPT),
    ]
