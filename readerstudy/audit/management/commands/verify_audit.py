import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from readerstudy.accounts.models import User
from readerstudy.audit import guards
from readerstudy.audit.anchors import read_anchors, verify_against, write_anchors
from readerstudy.audit.errors import AuditError
from readerstudy.audit.models import Event, Stream
from readerstudy.audit.renew_seals import renew_seals
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

        parser.add_argument(
            "--reseal",
            action="store_true",
            help="after a change of SECRET_KEY: verify under the former key, then seal with the new one",
        )

    def handle(self, *args: Any, study: str | None, save: Path | None, **options: Any) -> None:
        if options["restore_triggers"]:
            guards.install(connection, guards.installed(connection))
        try:
            findings = _findings(study, options["against"], former_keys=options["reseal"])
        except (AuditError, OSError, json.JSONDecodeError) as error:
            raise CommandError(str(error)) from error
        if any(finding.stops for finding in findings):
            raise CommandError(_report(findings))
        for finding in findings:
            self.stdout.write(f"Warning: {finding}")
        if options["reseal"]:
            self._reseal()
        streams = Stream.objects.all() if study is None else Stream.objects.within(study)
        if save is not None:
            write_anchors(save, streams)
        events = Event.objects.filter(stream__in=streams).count()
        self.stdout.write(f"The audit log is whole: {events} events in {streams.count()} streams.")

    def _reseal(self) -> None:
        try:
            renewed = renew_seals(by=User.objects.operator())
        except AuditError as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"Sealed with the present key: {renewed} streams.")


def _findings(study: str | None, against: Path | None, *, former_keys: bool) -> list[Finding]:
    anchors = {} if against is None else read_anchors(against)
    return [*verify(study, former_keys=former_keys), *verify_against(anchors, study)]


def _report(findings: list[Finding]) -> str:
    lines = "\n".join(f"  {finding}" for finding in findings)
    return f"The audit log is not whole; {len(findings)} findings:\n{lines}\nCompare with a backup."
