from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from readerstudy.accounts.models import User
from readerstudy.audit import guards
from readerstudy.audit.anchors import anchors_in, verify_anchors, write_anchors
from readerstudy.audit.ends import verify_kept_ends
from readerstudy.audit.models import Event, Stream
from readerstudy.audit.outside import verify_lines
from readerstudy.audit.renew_seals import renew_seals
from readerstudy.audit.verify import Finding, verify
from readerstudy.errors import ReaderstudyError
from readerstudy.results.verify_study import verify_study
from readerstudy.studies.command import text_of
from readerstudy.studies.models import Study
from readerstudy.truth.errors import TruthError


class Command(BaseCommand):
    help = (
        "Verify the audit log, and compare every study with it: answers, people, plan and truth. Finds "
        "changed, removed, inserted and reordered rows, truncated logs and altered triggers. Exits 1 if "
        "something is wrong."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "study", nargs="?", help="a study's slug, or the name of a stream; all by default"
        )
        parser.add_argument("--pixels", action="store_true", help="also compare every stored image")
        parser.add_argument(
            "--save",
            type=Path,
            metavar="FILE",
            help="save the end of each stream to a file, to keep elsewhere",
        )
        parser.add_argument(
            "--against", type=Path, metavar="FILE", help="compare with a file written by --save"
        )
        parser.add_argument(
            "--lines", type=Path, metavar="FILE", help="compare with the lines that keep_ends wrote or mailed"
        )
        parser.add_argument("--restore-triggers", action="store_true", help="restore missing triggers first")
        parser.add_argument(
            "--reseal",
            action="store_true",
            help="after a change of SECRET_KEY: verify under the former key, then seal with the new one",
        )

    def handle(self, *args: Any, study: str | None, save: Path | None, **options: Any) -> None:
        if options["restore_triggers"]:
            guards.install(connection, guards.installed(connection))
        try:
            findings = list(_findings(study, options))
            if any(finding.stops for finding in findings):
                raise CommandError(_report(findings))
            renewed = renew_seals(by=User.objects.operator()) if options["reseal"] else None
        except (ReaderstudyError, OSError) as error:
            raise CommandError(str(error)) from error
        for finding in findings:
            self.stdout.write(f"Warning: {finding}")
        if renewed is not None:
            self.stdout.write(f"Sealed with the present key: {renewed} streams.")
        streams = Stream.objects.all() if study is None else Stream.objects.within(study)
        if save is not None:
            write_anchors(save, streams)
        events = Event.objects.filter(stream__in=streams).count()
        self.stdout.write(f"The audit log is whole: {events} events in {streams.count()} streams.")


def _findings(study: str | None, options: dict[str, Any]) -> Iterator[Finding]:
    former_keys: bool = options["reseal"]
    one = Study.objects.filter(slug=study).first() if study else None
    if one is None:
        yield from verify(study, former_keys=former_keys)
        yield from verify_kept_ends(study)
    studies = [one] if one else [] if study else Study.objects.order_by("pk")
    for held in studies:
        found = verify_study(held, pixels=options["pixels"], former_keys=former_keys, log=one is not None)
        try:
            yield from found
        except TruthError as error:  # one study that no key opens must not hide what is wrong with others
            yield Finding(stream=held.scope, what=str(error))
    if options["lines"] is not None:
        yield from verify_lines(text_of(options["lines"]).splitlines())
    if options["against"] is not None:
        yield from verify_anchors(anchors_in(text_of(options["against"])), study)


def _report(findings: list[Finding]) -> str:
    lines = "\n".join(f"  {finding}" for finding in findings)
    return f"The audit log is not whole; {len(findings)} findings:\n{lines}\nCompare with a backup."
