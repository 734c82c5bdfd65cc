from django.db import migrations

from readerstudy.audit.guards import InstallGuards
from readerstudy.reading.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [("reading", "0002_initial")]

    operations = [InstallGuards(GUARDS)]
