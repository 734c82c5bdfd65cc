"""Renew the pictures in docs/images from a demo study: `make screenshots`. Needs Chromium; takes minutes."""

import os
import re
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.chromium import FLAGS

ROOT = Path(__file__).parents[1]
IMAGES = ROOT / "docs" / "images"
PORT = "8765"
SERVER = f"http://127.0.0.1:{PORT}"
#: Picture, page of the demo, and how much of it to show in pixels.
PAGES = (
    ("walkthrough-audit", "/studies/demo/audit/", 900),
    ("walkthrough-freeze", "/studies/demo/ending/", 700),
    ("walkthrough-result", "/studies/demo-finished/result/", 1100),
    ("walkthrough-cases", "/studies/demo-finished/cases/quartets/", 900),
)
STEPS_BEFORE_READING = 12
#: Images load when they come into view, after the page itself.
SEEN_IMAGES = """
() => Promise.all([...document.images]
  .filter(image => image.getBoundingClientRect().top < innerHeight)
  .map(image => image.decode()))
"""


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="readerstudy-screenshots-") as home:
        environment = {
            **os.environ,
            "READERSTUDY_HOME": os.environ.get("READERSTUDY_HOME", home),
            "PORT": PORT,
        }
        command = [sys.executable, "manage.py", "demo", "--no-serve"]
        told = subprocess.run(  # noqa: S603
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, check=True
        ).stdout
        password, owner = re.findall(r"each with the password (\S+)\n\s+(\S+)", told)[0]
        with served(environment), sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            sign_in(page, owner, password)
            for name, path, height in PAGES:
                page.set_viewport_size({"width": 1280, "height": height})
                page.goto(SERVER + path)
                take(page, name)
            reader = browser.new_context().new_page()
            take_reading_page(reader, invitation(environment))
            browser.close()


def invitation(environment: dict[str, str]) -> str:
    """Return the personal link of one more reader, so that the script also runs on a demo that was used."""
    reader = f"reader-{secrets.token_hex(4)}@example.org"
    command = [sys.executable, "manage.py", "invite", "demo", "--email", reader, "--links-only"]
    told = subprocess.run(  # noqa: S603
        command,
        cwd=ROOT,
        env={**environment, "SITE_URL": SERVER},
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    return re.findall(r"http://\S+", told)[0]


@contextmanager
def served(environment: dict[str, str]) -> Iterator[None]:
    """Serve the demo until the block ends."""
    command = [sys.executable, "-m", "gunicorn", "readerstudy.wsgi", "--bind", f"127.0.0.1:{PORT}"]
    server = subprocess.Popen(  # noqa: S603
        [*command, "--workers", "2", "--log-level", "warning"], cwd=ROOT, env=environment
    )
    try:
        yield
    finally:
        server.terminate()
        server.wait(timeout=30)


def sign_in(page: Page, owner: str, password: str) -> None:
    page.goto(f"{SERVER}/accounts/login/")
    page.locator("input[name=login]").fill(owner)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(re.compile(r"/(studies/)?$"))


def take_reading_page(page: Page, link: str) -> None:
    """Accept an invitation and go past consent, questions and display check, up to the first trial."""
    page.set_viewport_size({"width": 1440, "height": 900})
    page.goto(link)
    for _ in range(STEPS_BEFORE_READING):
        page.wait_for_load_state("load")
        if page.locator("body.room").count():
            break
        for box in page.locator("main input[type=checkbox]").all():
            box.check()
        radios = {radio.get_attribute("name") for radio in page.locator("main input[type=radio]").all()}
        for group in radios:
            page.locator(f"main input[name='{group}']").last.check()
        for text in page.locator("main input[type=text]").all():
            text.fill("5")
        for password in page.locator("main input[type=password]").all():
            password.fill("a long password for a picture")
        past = page.locator("main a.button[href$='/trial/']:visible")
        (past if past.count() else page.locator("main .button.go:visible")).first.click()
    page.locator("#grid[data-painted]").wait_for()
    page.keyboard.press("1")
    take(page, "reading")


def take(page: Page, name: str) -> None:
    page.wait_for_load_state("load")
    page.evaluate(SEEN_IMAGES)
    page.screenshot(path=IMAGES / f"{name}.png")
    sys.stdout.write(f"docs/images/{name}.png\n")


if __name__ == "__main__":
    main()
