"""An image keeps its pixels; what is known of it has moved to the studies."""

from django.db import migrations

from readerstudy.audit.guards import Guard, InstallGuards


class Migration(migrations.Migration):
    dependencies = [("imaging", "0001_initial"), ("truth", "0007_copy_knowledge_of_images")]

    operations = [
        migrations.RemoveField("image", "group"),
        migrations.RemoveField("image", "facts"),
        migrations.DeleteModel("Measurement"),
        migrations.DeleteModel("SeenFile"),
        # SQLite builds the table anew, without its triggers.
        InstallGuards(
            [
                Guard(
                    table="imaging_image",
                    name="image_keeps_its_pixels",
                    message="An image never changes; import the other pixels as another image.",
                    actions=("UPDATE",),
                    when="NEW.digest <> OLD.digest OR NEW.width <> OLD.width "
                    "OR NEW.height <> OLD.height OR NEW.bits <> OLD.bits",
                )
            ]
        ),
    ]
