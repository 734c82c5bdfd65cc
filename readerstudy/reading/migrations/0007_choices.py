"""What readers chose and how far their clocks are off is tallied from here on; what is there is counted once."""

from datetime import UTC, date, timedelta
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Count, Exists, F, Max, OuterRef
from django.db.models.functions import TruncDate

from readerstudy.reading.tally import clock_gap

ROWS = 2_000


def count_choices(apps: Any, schema_editor: Any) -> None:
    """By the newest revision of each answer, in one statement for each kind of choice."""
    response, rating, choice = (apps.get_model("reading", name) for name in ("Response", "Rating", "Choice"))
    same = {"presentation": OuterRef("presentation"), "enrolment": OuterRef("enrolment")}
    newer = response.objects.filter(**same, revision__gt=OuterRef("revision"))
    final = response.objects.filter(~Exists(newer))
    who, where = F("enrolment_id"), F("presentation__section_id")
    called = final.exclude(call="").annotate(who=who, where=where, chose=F("call"))
    picked = final.exclude(pick=None).annotate(who=who, where=where, chose=F("pick__position"))
    rated = rating.objects.filter(response__in=final).annotate(
        who=F("response__enrolment_id"), where=F("response__presentation__section_id"), chose=F("points")
    )
    for kind, answers in (("call", called), ("pick", picked), ("rating", rated)):
        rows = answers.order_by().values_list("who", "where", "chose").annotate(n=Count("pk"))
        choice.objects.bulk_create(
            [
                choice(enrolment_id=reader, section_id=section, kind=kind, value=str(value), times=n)
                for reader, section, value, n in rows
            ],
            ROWS,
        )


def compare_clocks(apps: Any, schema_editor: Any) -> None:
    """Of every answer that told its time; corrections, too, which the tallies left out so far."""
    response, tally = apps.get_model("reading", "Response"), apps.get_model("reading", "Tally")
    answers = response.objects.order_by().annotate(
        section_id=F("presentation__section_id"), day=TruncDate("received_at", tzinfo=UTC)
    )
    of = ("enrolment_id", "section_id", "day")
    gaps: dict[tuple[int, int, date], timedelta] = {}
    told = answers.exclude(timing__clock__submitted_at=None)
    for *key, at, said in told.values_list(*of, "received_at", "timing__clock__submitted_at").iterator(ROWS):
        found = (key[0], key[1], key[2])
        gaps[found] = max(gaps.get(found, timedelta()), clock_gap(at, said))
    rows = [
        tally(
            enrolment_id=reader,
            section_id=section,
            day=day,
            last_at=last_at,
            clock_gap=gaps.get((reader, section, day), timedelta()),
        )
        for reader, section, day, last_at in answers.values_list(*of).annotate(Max("received_at"))
    ]
    tally.objects.bulk_create(
        rows, ROWS, update_conflicts=True, unique_fields=list(of), update_fields=["last_at", "clock_gap"]
    )


class Migration(migrations.Migration):
    dependencies = [("studies", "0004_rehearsals"), ("reading", "0006_tally")]

    operations = [
        migrations.AddField(
            model_name="tally",
            name="clock_gap",
            field=models.DurationField(default=timedelta),
        ),
        migrations.CreateModel(
            name="Choice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("call", "call"), ("pick", "place on the screen"), ("rating", "rating")],
                        max_length=6,
                    ),
                ),
                ("value", models.CharField(max_length=9)),
                ("times", models.PositiveIntegerField()),
                (
                    "enrolment",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="studies.enrolment"
                    ),
                ),
                (
                    "section",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="studies.section"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("enrolment", "section", "kind", "value"),
                        name="choice_is_one_per_section_and_value",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["call", "pick", "rating"])),
                        name="choice_kind_is_known",
                    ),
                ],
            },
        ),
        migrations.RunPython(count_choices, migrations.RunPython.noop),
        migrations.RunPython(compare_clocks, migrations.RunPython.noop),
    ]
