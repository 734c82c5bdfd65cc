"""The page against the platform itself: all four tasks, read to the end, in one sitting."""

from collections.abc import Callable

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from readerstudy.reading.models import Activity, Draft, Response, Sitting
from tests.readerstudy.factory import CALLS, CHECKS, QUARTETS, RATES, Locked, a_locked_study, protocol_text
from tests.viewer.conftest import press

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

MORE = """
[reading]
allow_back = true
reasons = ["noise", "edges"]
spots = true
[display]
if_failed = "ignore"
"""


@pytest.fixture
def study(browser: Browser, db: None) -> Locked:
    sections = QUARTETS.format(trials=2) + CALLS + RATES + CHECKS
    return a_locked_study(protocol_text(sections=sections, more=MORE))


@pytest.fixture
def sign_in(context: BrowserContext, live_server: object) -> Callable[[Locked], Page]:
    def open_page(study: Locked) -> Page:
        cookie = study.client("rita").cookies[settings.SESSION_COOKIE_NAME].value
        address = str(live_server)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": cookie, "url": address}])
        page = context.new_page()
        page.goto(f"{address}/read/{study.study.slug}/trial/")
        return page

    return open_page


def begin(page: Page) -> None:
    page.locator("#grid[data-painted]").wait_for()


def shown(page: Page) -> str:
    return page.locator("#grid").get_attribute("data-painted") or ""


def next_after(page: Page, key: str) -> None:
    """Presses a key and waits for another trial, a new section, or the end; hands in what is read."""
    before = shown(page)
    press(page, key)
    other = page.locator(f'#grid[data-painted]:not([data-painted="{before}"])')
    hand_in, begin = (page.get_by_role("button", name=name) for name in ("Hand in", "Begin"))
    end = page.get_by_role("heading", name="Thank you")
    other.or_(hand_in).first.wait_for()
    if hand_in.is_visible():
        hand_in.click()
        begin.or_(end).first.wait_for()
    if begin.is_visible():
        press(page, "Enter")
        other.wait_for()


def test_all_four_tasks_are_read_to_the_end_by_keyboard(
    study: Locked, sign_in: Callable[[Locked], Page]
) -> None:
    page = sign_in(study)
    begin(page)
    for _ in range(2):
        press(page, "1", "b", "2", "c", "3", "Shift+C")
        next_after(page, "Enter")
    for _ in range(4):
        press(page, "ArrowRight", "3")
        next_after(page, "Enter")
    for _ in range(3):
        press(page, "4", "b", "1", "c", "2")
        next_after(page, "Enter")
    for _ in range(4):
        press(page, "1")
        next_after(page, "Enter")
    page.wait_for_url("**/finish/")
    tasks = Response.objects.order_by("pk").values_list("presentation__section__task", flat=True)
    assert list(tasks) == ["pick_real"] * 2 + ["call"] * 4 + ["rate"] * 3 + ["check_label"] * 4
    assert Response.objects.filter(revision__gt=1).count() == 0
    for response in Response.objects.all():
        assert response.active_ms is not None
        assert response.timing["first_paint_ms"] > 0


def test_going_back_changes_an_answer_as_a_new_row(study: Locked, sign_in: Callable[[Locked], Page]) -> None:
    page = sign_in(study)
    begin(page)
    press(page, "1", "b", "2", "c", "3", "Shift+C")
    next_after(page, "Enter")
    next_after(page, "Backspace")
    expect(page.locator(".cell.chosen")).to_have_attribute("data-slot", "C")
    press(page, "Shift+A")
    next_after(page, "Enter")
    page.locator("#saved", has_text="Saved").wait_for()
    first, second = Response.objects.order_by("pk")
    assert (first.presentation, second.presentation) == (first.presentation, first.presentation)
    assert (first.revision, second.revision) == (1, 2)
    assert second.pick is not None
    assert second.pick.letter == "A"


def test_the_last_answer_of_a_section_can_be_changed_until_it_is_handed_in(
    study: Locked, sign_in: Callable[[Locked], Page]
) -> None:
    page = sign_in(study)
    begin(page)
    press(page, "1", "b", "2", "c", "3", "Shift+C")
    next_after(page, "Enter")
    press(page, "1", "b", "2", "c", "3", "Shift+C", "Enter")
    page.get_by_role("link", name="Go back to the last trial").click()
    begin(page)
    press(page, "Shift+A", "Enter")
    page.get_by_role("button", name="Hand in").wait_for()
    newest = Response.objects.order_by("pk").last()
    assert newest is not None
    assert newest.pick is not None
    assert (newest.revision, newest.pick.letter) == (2, "A")


def test_a_draft_and_a_pause_reach_the_platform(study: Locked, sign_in: Callable[[Locked], Page]) -> None:
    page = sign_in(study)
    begin(page)
    press(page, "2", "p", "Enter")
    page.locator("#saved", has_text="Saved").wait_for()
    assert Draft.objects.get().body["answer"]["ratings"] == {"A": 2}
    sitting = Sitting.objects.get()
    assert sitting.screen["pixel_ratio"] == 1
    page.goto("about:blank")
    for _ in range(600):
        kinds = list(Activity.objects.order_by("pk").values_list("kind", flat=True))
        if "left" in kinds:
            break
        page.wait_for_timeout(50)
    assert [kind for kind in kinds if kind in ("pause", "resume", "left")][-3:] == ["pause", "resume", "left"]
