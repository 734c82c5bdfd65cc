from typing import Any

from django.core.management.base import BaseCommand

from readerstudy.desk.protocol.reference_page import reference_page


class Command(BaseCommand):
    help = "Print the reference of protocols in Markdown: docs/protocol.md, written from the parser."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(reference_page(), ending="")
