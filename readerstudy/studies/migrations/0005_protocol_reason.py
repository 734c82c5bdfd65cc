"""Why a version of the protocol was written. SQLite makes the table anew for it, and loses its guards."""

from django.db import migrations, models

from readerstudy.audit.guards import InstallGuards
from readerstudy.studies.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [("studies", "0004_rehearsals")]

    operations = [
        migrations.AddField("protocol", "reason", models.TextField(blank=True)),
        InstallGuards([guard for guard in GUARDS if guard.table == "studies_protocol"]),
    ]
