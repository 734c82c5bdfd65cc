"""Keep of which kind a screen is."""

from django.db import migrations, models

from readerstudy.audit.guards import Unguarded


class Migration(migrations.Migration):
    dependencies = [("truth", "0013_shared_images_approvals")]

    operations = [
        Unguarded(
            [],
            [
                migrations.AddField("key", "screen", models.CharField(blank=True, default="", max_length=80)),
            ],
        ),
    ]
