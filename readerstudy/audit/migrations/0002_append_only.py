from django.db import migrations, models

from readerstudy.audit.guards import Guard, InstallGuards

GUARDS = [
    Guard(
        table="audit_event",
        name="audit_event_append_only",
        message="The audit log is append-only; a correction is a new event.",
    ),
    Guard(
        table="audit_stream",
        name="audit_stream_only_grows",
        actions=("UPDATE",),
        message="A stream of the audit log only grows.",
        when="NEW.name <> OLD.name OR NEW.scope <> OLD.scope OR NEW.length < OLD.length "
        "OR (NEW.length = OLD.length AND NEW.head <> OLD.head)",
    ),
    Guard(
        table="audit_stream",
        name="audit_stream_stays",
        actions=("DELETE",),
        message="A stream of the audit log is never removed.",
    ),
]


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]

    operations = [
        migrations.AddField(
            "stream", "label", models.CharField(blank=True, db_index=True, default="", max_length=120), False
        ),
        migrations.AddField("stream", "seal", models.CharField(blank=True, default="", max_length=64), False),
        migrations.AddConstraint(
            "event",
            models.CheckConstraint(
                condition=models.Q(audience__in=["reader", "staff", "unblinded"]),
                name="event_audience_is_one_of_three",
            ),
        ),
        InstallGuards(GUARDS),
    ]
