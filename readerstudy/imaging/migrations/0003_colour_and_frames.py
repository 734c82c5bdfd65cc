"""An image may have colours and frames."""

from django.db import migrations, models

from readerstudy.audit.guards import Guard, InstallGuards


class Migration(migrations.Migration):
    dependencies = [("imaging", "0002_pixels_alone")]

    operations = [
        migrations.AddField(
            "image",
            "channels",
            models.PositiveSmallIntegerField(choices=[(1, "grey"), (3, "colour")], default=1),
        ),
        migrations.AddField("image", "frames", models.PositiveSmallIntegerField(default=1)),
        migrations.AddConstraint(
            "image",
            models.CheckConstraint(
                condition=models.Q(("channels", 1), models.Q(("bits", 8), ("channels", 3)), _connector="OR"),
                name="image_is_grey_or_8_bit_colour",
            ),
        ),
        migrations.AddConstraint(
            "image",
            models.CheckConstraint(
                condition=models.Q(("frames__gte", 1)), name="image_has_at_least_one_frame"
            ),
        ),
        # SQLite builds the table anew, without its triggers.
        InstallGuards(
            [
                Guard(
                    table="imaging_image",
                    name="image_keeps_its_pixels",
                    message="An image never changes; import the other pixels as another image.",
                    actions=("UPDATE",),
                    when="NEW.digest <> OLD.digest OR NEW.width <> OLD.width "
                    "OR NEW.height <> OLD.height OR NEW.bits <> OLD.bits "
                    "OR NEW.channels <> OLD.channels OR NEW.frames <> OLD.frames",
                )
            ]
        ),
    ]
