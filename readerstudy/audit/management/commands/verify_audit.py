import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from readerstudy.audit import guards
from readerstudy.audit.anchors import read_anchors, verify_against, write_anchors
from readerstudy.audit.errors import AuditError
from readerstudy.audit.models import Event, Stream
from readerstudy.audit.verify import Finding, verify


class Command(BaseCommand):
    help = (
        "Verify the audit log: finds changed, removed, inserted and reordered events, cut tails and missing "
        "triggers. Exits 1 when something is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "study", nargs="?", help="a study's slug, or the name of a stream; all by default"
        )
        parser.add_argument(
            "--save", type=Path, metavar="FILE", help="write down where each stream ends, to keep elsewhere"
        )
        parser.add_argument(
            "--against", type=Path, metavar="FILE", help="compare with what an earlier --save wrote down"
        )

        parser.add_argument(
            "--restore-triggers", action="store_true", help="first put back the triggers that are missing"
        )

    def handle(self, *args: Any, study: str | None, save: Path | None, **options: Any) -> None:
        if options["restore_triggers"]:
            guards.install(connection, guards.installed(connection))
        try:
            findings = _findings(study, options["against"])
        except (AuditError, OSError, json.JSONDecodeError) as error:
            raise CommandError(str(error)) from error
        if findings:
            raise CommandError(_report(findings))
        streams = Stream.objects.all() if study is None else Stream.objects.within(study)
        if save is not None:
            write_anchors(save, streams)
        events = Event.objects.filter(stream__in=streams).count()
        self.stdout.write(f"The audit log is whole: {events} events in {streams.count()} streams.")


def _findings(study: str | None, against: Path | None) -> list[Finding]:
    anchors = {} if against is None else read_anchors(against)
    return [*verify(study), *verify_against(anchors, study)]


def _report(findings: list[Finding]) -> str:
    lines = "\n".join(f"  {finding}" for finding in findings)
    return f"The audit log is not whole; {len(findings)} findings:\n{lines}\nCompare with a backup."
