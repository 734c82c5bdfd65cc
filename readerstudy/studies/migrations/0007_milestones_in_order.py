"""The milestones of a study come in their order, whoever writes them."""

from django.db import migrations

from readerstudy.audit.guards import InstallGuards
from readerstudy.studies.guards import IN_ORDER


class Migration(migrations.Migration):
    dependencies = [("studies", "0006_places_given_up")]

    operations = [InstallGuards(IN_ORDER)]
