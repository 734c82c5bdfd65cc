import os
import subprocess
import sys
from argparse import ArgumentParser
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from readerstudy.desk.demo import Demo, RealImages, make_demo
from readerstudy.desk.demo.real_images import KNEES
from readerstudy.desk.protocol.published import NAMES
from readerstudy.errors import ReaderstudyError
from readerstudy.imaging.naming import Naming


class Command(BaseCommand):
    help = (
        "Make a whole study, read by virtual readers, and serve the platform. The next run reuses the study."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--study", choices=NAMES, help="one of the published studies, up to its report")
        parser.add_argument("--data", type=Path, help="a folder of real radiographs instead of phantoms")
        parser.add_argument(
            "--names",
            default=KNEES,
            help="pattern of folder and file names below --data (default: '%(default)s')",
        )
        parser.add_argument("--no-serve", action="store_true", help="stop before serving")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))

    def handle(self, *args: Any, **options: Any) -> None:
        if options["data"] is not None and not options["data"].is_dir():
            raise CommandError(f"{options['data']} is no folder. Name one with radiographs, or none.")
        server = f"http://127.0.0.1:{options['port']}"
        if "SITE_URL" not in os.environ:
            # Links of invitations begin with it, those that the worker's process sends as well.
            os.environ["SITE_URL"] = settings.SITE_URL = server
        call_command("migrate", verbosity=0)
        try:
            folder = options["data"]
            data = RealImages(folder=folder, naming=Naming(options["names"])) if folder else None
            demos = self._make(options["study"], data)
        except ReaderstudyError as error:
            raise CommandError(str(error)) from error
        self._tell(demos, server)
        if not options["no_serve"]:
            self._serve(options["port"])

    def _make(self, name: str | None, data: RealImages | None) -> list[Demo]:
        if name is not None:
            return [make_demo(name, name, steps=self._step, finish=True, data=data)]
        return [
            make_demo("demo", "demo", steps=self._step, finish=False, data=data),
            make_demo("demo", "demo-finished", steps=self._step, finish=True, data=data),
        ]

    def _step(self, title: str, unit: str) -> Callable[[int, int], None]:
        bar = tqdm(desc=title, unit=unit, file=sys.stderr, leave=True)

        def tell(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)
            if done >= total:
                bar.close()

        return tell

    def _tell(self, demos: list[Demo], server: str) -> None:
        self.stdout.write("")
        for demo in demos:
            state = "open for reading" if demo.report is None else "read, unblinded and reported"
            self.stdout.write(f"{demo.study.title} ({state})")
            self.stdout.write(f"  study     {server}/studies/{demo.study.slug}/")
            if demo.reader_link:
                self.stdout.write(f"  read it   {demo.reader_link}  (a personal link, works once)")
            if demo.report is not None:
                self.stdout.write(f"  report    {demo.report / 'report.html'}")
        self.stdout.write("Sign in, each with the password " + demos[0].password)
        for person in demos[0].people:
            self.stdout.write(f"  {person.email}")
        self.stdout.write("")

    @staticmethod
    def _serve(port: int) -> None:
        """The web server in this process, a worker for long work beside it."""
        from gunicorn.app.wsgiapp import WSGIApplication

        worker = subprocess.Popen([sys.executable, sys.argv[0], "worker"])  # noqa: S603  (this very program)
        sys.argv = ["gunicorn", "readerstudy.wsgi", "--bind", f"127.0.0.1:{port}", "--workers", "2"]
        sys.argv += ["--threads", "4", "--log-level", "warning"]
        try:
            WSGIApplication().run()
        finally:
            worker.terminate()
