"""Fifty quartets by keyboard, two cut networks, two machines, and every answer there once."""

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Page, expect

from readerstudy.reading.models import Draft, Response, Slot
from tests.chromium import close
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.readerstudy.people import PASSWORD
from tests.readerstudy.server import Server
from tests.viewer.conftest import FETCHED

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TRIALS = 50
SECTION = f"""
[[sections]]
name = "quartets"
task = "pick_real"
trials = {TRIALS}
compose = {{ hospital-canary = 1, checkpoint-canary = 2, gan-canary = 1 }}
rate = true
"""
LETTERS = "ABCD"


@pytest.fixture
def made(browser: Browser, db: None) -> Locked:
    return a_locked_study(protocol_text(sections=SECTION, more='[display]\nif_failed = "ignore"\n'))


def points(number: int) -> dict[str, int]:
    return {letter: (number + i) % 4 + 1 for i, letter in enumerate(LETTERS)}


def pick(number: int) -> str:
    return LETTERS[number * 7 % 4]


class Machine:
    """A fresh profile of a browser, in which rita signs in; nothing but keys is used."""

    def __init__(self, browser: Browser, address: str) -> None:
        self.context: BrowserContext = browser.new_context(viewport={"width": 1200, "height": 800})
        self.context.set_default_timeout(60_000)
        self.page: Page = self.context.new_page()
        self.seen: tuple[int, str | None] = (0, None)
        self.page.goto(f"{address}/read/knees/")
        self.page.get_by_label("Email").focus()
        self.type("rita@example.org")
        self.press("Tab")
        self.type(PASSWORD)
        self.press("Enter")
        self.page.wait_for_url("**/trial/")

    def press(self, *keys: str) -> None:
        for key in keys:
            self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.keyboard.type(text)

    def sees(self, number: int) -> None:
        """Waits until the images of a trial are painted; no eye is faster."""
        self.page.get_by_text(f"{number} of {TRIALS}", exact=True).wait_for()
        if number != self.seen[0]:
            painted = self.page.locator(f'#grid[data-painted]:not([data-painted="{self.seen[1]}"])')
            painted.wait_for()
            self.seen = number, painted.get_attribute("data-painted")

    def rate(self, number: int) -> None:
        for letter, value in points(number).items():
            self.press(letter.lower(), str(value))

    def has_saved(self, ratings: dict[str, int]) -> None:
        for _ in range(200):
            if [draft.body["answer"]["ratings"] for draft in Draft.objects.all()] == [ratings]:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("The half-filled answer did not reach the server.")

    def read(self, first: int, last: int) -> None:
        for number in range(first, last + 1):
            self.sees(number)
            self.rate(number)
            self.press(f"Shift+{pick(number)}", "Enter")

    def has_fetched(self, first: int, last: int) -> None:
        shown = Slot.objects.filter(presentation__place=1, presentation__order__range=(first, last))
        wanted = [reverse("reading-pixels", args=[token]) for token in shown.values_list("token", flat=True)]
        # The policy of the page forbids wait_for_function to evaluate more than once.
        for _ in range(600):
            if self.page.evaluate(FETCHED, wanted):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError("The images did not arrive.")

    def has_answered(self, number: int) -> None:
        for _ in range(600):
            if Response.objects.count() == number:
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"Not all of the first {number} answers reached the server.")

    def read_without_a_network(self, first: int, last: int) -> None:
        self.sees(first)
        self.has_fetched(first, last)
        self.has_answered(first - 1)
        self.context.set_offline(True)
        self.read(first, last)
        here = last - first + 1
        self.page.get_by_role("alert").get_by_text(f"Your last {here} answers are kept").wait_for()
        assert Response.objects.count() == first - 1
        self.context.set_offline(False)
        self.page.get_by_role("alert").wait_for(state="hidden")


@pytest.mark.slow
def test_fifty_quartets_two_cut_networks_two_machines_and_every_answer_once(
    made: Locked, browser: Browser
) -> None:
    with Server(workers=2) as server:
        office = Machine(browser, server.url)
        office.read(1, 9)
        office.read_without_a_network(10, 13)
        office.read(14, 20)
        office.sees(21)
        office.rate(21)
        office.has_saved(points(21))

        home = Machine(browser, server.url)
        home.page.get_by_role("button", name="Continue here").wait_for()
        home.press("Enter")
        home.sees(21)
        close(office.context)
        expect(home.page.locator(".scale [aria-pressed=true]")).to_have_count(len(LETTERS))
        home.press(f"Shift+{pick(21)}", "Enter")
        home.read(22, 34)
        home.read_without_a_network(35, 38)
        home.read(39, TRIALS)
        home.page.get_by_role("heading", name="Thank you").wait_for()
        close(home.context)
    answers = list(Response.objects.order_by("pk").select_related("presentation", "pick"))
    assert [answer.presentation.order for answer in answers] == list(range(1, TRIALS + 1))
    for number, answer in enumerate(answers, start=1):
        assert answer.revision == 1
        assert answer.pick is not None
        assert answer.pick.letter == pick(number)
        given = {rating.slot.letter: rating.points for rating in answer.ratings.select_related("slot")}
        assert given == points(number)
        assert answer.active_ms is not None
        assert answer.response_ms is not None
        assert 0 < answer.active_ms <= answer.response_ms
        assert 0 < answer.timing["first_paint_ms"] <= answer.response_ms
    for clock in (
        [answer.received_at for answer in answers],
        [answer.timing["clock"]["submitted_at"] for answer in answers],
    ):
        assert clock == sorted(clock)
