from django.db import migrations

from readerstudy.audit.guards import InstallGuards
from readerstudy.truth.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [("truth", "0001_initial")]

    operations = [InstallGuards(GUARDS)]
