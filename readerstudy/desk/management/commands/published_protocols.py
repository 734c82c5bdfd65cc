from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from readerstudy.desk.protocol.published import NAMES, all_published, published


class Command(BaseCommand):
    help = "Name the published protocols to start from, or print the text of one."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("name", nargs="?", choices=NAMES, help="published_protocols NAME > protocol.toml")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["name"]:
            self.stdout.write(published(options["name"]).text, ending="")
            return
        for one in all_published():
            self.stdout.write(f"{one.name}\t{one.document.title}\t{one.in_words}")
