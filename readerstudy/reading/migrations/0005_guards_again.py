"""0004 rebuilt the table of responses on SQLite, which took its triggers along."""

from django.db import migrations

from readerstudy.audit.guards import InstallGuards
from readerstudy.reading.guards import GUARDS, STEP_ROWS


class Migration(migrations.Migration):
    dependencies = [("reading", "0004_steps")]

    operations = [InstallGuards([*GUARDS, *STEP_ROWS])]
