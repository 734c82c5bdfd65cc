"""The milestones of a study come in their order, whoever writes them."""

from django.db import migrations

from readerstudy.audit.guards import InstallGuards
from readerstudy.truth.guards import IN_ORDER


class Migration(migrations.Migration):
    dependencies = [("truth", "0002_guards"), ("studies", "0007_milestones_in_order")]

    operations = [InstallGuards(IN_ORDER)]
