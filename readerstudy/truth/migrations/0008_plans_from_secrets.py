"""Plans made from now on have no seed. On SQLite this rebuilds the table, which takes its triggers along."""

from django.db import migrations, models

from readerstudy.audit.guards import InstallGuards
from readerstudy.truth.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [("truth", "0007_copy_knowledge_of_images")]

    operations = [
        # The default is for the way back: plans without a seed get one that says nothing.
        migrations.AlterField("plan", "seed", models.BigIntegerField(default=0)),
        migrations.AlterField("plan", "seed", models.BigIntegerField(blank=True, null=True)),
        InstallGuards([guard for guard in GUARDS if guard.table == "truth_plan"]),
    ]
