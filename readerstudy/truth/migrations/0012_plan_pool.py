"""A plan says which pool it was drawn from. On SQLite this rebuilds the table, which takes its triggers along."""

from django.db import migrations, models

from readerstudy.audit.guards import InstallGuards
from readerstudy.truth.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [("truth", "0011_disclosures")]

    operations = [
        migrations.AddField("plan", "pool", models.CharField(default="", max_length=64)),
        InstallGuards([guard for guard in GUARDS if guard.table == "truth_plan"]),
    ]
