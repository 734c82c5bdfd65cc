"""The base of the commands on a study: find the study and the author, print errors as one line."""

from argparse import ArgumentParser
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from readerstudy.accounts.models import User
from readerstudy.errors import ReaderstudyError
from readerstudy.studies.models import Study
from readerstudy.web.options import takes, typed
from readerstudy.web.shapes import Shape


def bytes_of(path: Path) -> bytes:
    """Return the content of a file, or refuse in words."""
    try:
        return path.read_bytes()
    except OSError as error:
        raise CommandError(f"{path} cannot be read: {error.strerror or error}.") from error


def text_of(path: Path) -> str:
    """Return the text of a file, byte for byte."""
    try:
        return bytes_of(path).decode("utf-8")
    except UnicodeDecodeError as error:
        raise CommandError(
            f"{path} is no UTF-8 text: byte {error.start + 1} cannot be read. Save it as UTF-8."
        ) from error


class StudyCommand(BaseCommand):
    """A command on one study. Subclasses add arguments in `arguments` and act in `act`."""

    takes_study = True
    # What the command asks for, by the definition that pages and the API share.
    asks: ClassVar[type[Shape] | None] = None

    def add_arguments(self, parser: ArgumentParser) -> None:
        if self.takes_study:
            parser.add_argument("study", help="the study's short name, as in its address")
        parser.add_argument("--by", metavar="EMAIL", help="who does this (default: the operator)")
        if self.asks is not None:
            takes(parser, self.asks)
        self.arguments(parser)

    def arguments(self, parser: ArgumentParser) -> None:
        """Add the command's own arguments."""

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            by = self.author(options["by"])
            options |= typed(self.asks, options) if self.asks is not None else {}
            if self.takes_study:
                self.act(self.study_called(options["study"]), by, options)
            else:
                self.begin(by, options)
        except ReaderstudyError as refusal:
            raise CommandError(str(refusal)) from refusal

    def act(self, study: Study, by: User, options: dict[str, Any]) -> None:
        """Run the command; for commands on a study."""

    def begin(self, by: User, options: dict[str, Any]) -> None:
        """Run the command; for commands that take no study."""

    @staticmethod
    @contextmanager
    def progress(unit: str, options: dict[str, Any]) -> Iterator[Callable[[int, int], None]]:
        """Show a progress bar, and yield the function that moves it to (done, total)."""
        with tqdm(unit=unit, disable=options["verbosity"] == 0) as bar:

            def show(done: int, total: int) -> None:
                bar.total = total
                bar.update(done - bar.n)

            yield show

    def say(self, text: str) -> None:
        self.stdout.write(text)

    @staticmethod
    def study_called(slug: str) -> Study:
        study = Study.objects.filter(slug=slug).first()
        if study is None:
            known = ", ".join(Study.objects.values_list("slug", flat=True)[:10]) or "none yet"
            raise CommandError(f"There is no study called {slug!r}. Studies here: {known}.")
        return study

    @staticmethod
    def author(email: str | None) -> User:
        if email is None:
            return User.objects.operator()
        user = User.objects.filter(email=email.lower()).first()
        if user is None:
            raise CommandError(f"Nobody here has the email address {email}. Leave --by out or invite them.")
        return user
