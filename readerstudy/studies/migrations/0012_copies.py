"""Keep of which study another is a copy; so far the log alone said so."""

from typing import Any

import django.db.models.deletion
from django.db import migrations, models


def read_from_the_log(apps: Any, schema_editor: Any) -> None:
    study = apps.get_model("studies", "Study").objects
    keys = dict(study.values_list("slug", "pk"))
    copied = apps.get_model("audit", "Event").objects.filter(verb="study duplicated")
    for scope, particulars in copied.values_list("stream__scope", "particulars"):
        original = keys.get(particulars.get("from"))
        if original is not None:
            study.filter(pk=scope.removeprefix("study:")).update(copy_of=original)


class Migration(migrations.Migration):
    dependencies = [("studies", "0011_leaders_so_far"), ("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            "study",
            "copy_of",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="copies",
                to="studies.study",
            ),
        ),
        migrations.RunPython(read_from_the_log, migrations.RunPython.noop),
    ]
