"""Copy what was known of an image, whichever study knew it, into every study that holds the image.

From here on each study's copy is its own. Which study a patient group or a file came from was not recorded,
so all of them keep what all of them had access to until now. Files and measurements of images in no study
are left behind.
"""

from typing import Any

from django.db import migrations
from django.db.models import OuterRef, Subquery

from readerstudy.audit.guards import InstallGuards, remove
from readerstudy.truth.guards import GUARDS

CLOSED_PROVENANCE = [guard for guard in GUARDS if guard.table == "truth_provenance"]

FILES = """
INSERT INTO truth_seenfile (token, provenance_id)
SELECT known.token, row.id
FROM imaging_seenfile known JOIN truth_provenance row ON row.image_id = known.image_id
"""
MEASUREMENTS = """
INSERT INTO truth_measurement (version, features, sketch, provenance_id)
SELECT known.version, known.features, known.sketch, row.id
FROM imaging_measurement known JOIN truth_provenance row ON row.image_id = known.image_id
"""


def copy(apps: Any, schema_editor: Any) -> None:
    """The rows of locked studies are filled too, so the guard is removed here and installed again below."""
    image = apps.get_model("imaging", "Image").objects.filter(pk=OuterRef("image_id"))
    connection = schema_editor.connection
    remove(connection, CLOSED_PROVENANCE)
    apps.get_model("truth", "Provenance").objects.update(
        group=Subquery(image.values("group")), facts=Subquery(image.values("facts"))
    )
    with connection.cursor() as cursor:
        cursor.execute(FILES)
        cursor.execute(MEASUREMENTS)


class Migration(migrations.Migration):
    dependencies = [("truth", "0006_knowledge_of_images"), ("imaging", "0001_initial")]

    operations = [
        migrations.RunPython(copy, migrations.RunPython.noop),
        InstallGuards(CLOSED_PROVENANCE),
    ]
