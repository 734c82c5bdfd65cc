from django.db import migrations

from readerstudy.audit.guards import InstallGuards
from readerstudy.studies.guards import GUARDS


class Migration(migrations.Migration):
    dependencies = [("studies", "0001_initial")]

    operations = [InstallGuards(GUARDS)]
