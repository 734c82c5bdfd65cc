"""The desk in a real browser: axe has no complaint, nothing is wider than a tablet, the console is silent."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from readerstudy.results.freeze import freeze_study
from readerstudy.studies.create import revise_protocol
from readerstudy.studies.models import Run, Study
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers
from tests.chromium import close
from tests.readerstudy.factory import Locked, a_locked_study, a_planned_study
from tests.readerstudy.people import signed_in
from tests.viewer.test_for_everybody import overflows, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN = ["studies/", "studies/new/", "studies/new/?from=blank", "studies/new/?from=blank&as=text", "planner/"]
DRAFT = (
    " protocol/ protocol/?as=text protocol/history/ protocol/history/2/"
    " images/ images/of/gan-canary/ plan/ audit/ preflight/ lock/ people/ progress/ log/"
)
ENDED = "people/ progress/ ending/ result/ cases/triples/ cases/triples/1/ log/"
TABLET = {"width": 768, "height": 1024}


@pytest.fixture
def made(browser: Browser, db: None) -> Locked:
    """knees has ended, hips is a draft."""
    hips = a_planned_study(slug="hips")
    revise_protocol(hips, hips.protocol.text + "# the end\n", by=hips.created_by)
    made = a_locked_study()
    simulate_readers(made.study, 1, Skill(), by=made.owner, seed=1, on_answer=lambda: None)
    freeze_study(made.study, by=made.owner, reason="done")
    request_unblinding(made.study, by=made.owner, reason="done")
    confirm_unblinding(made.study, by=made.owner, reason="done")
    return made


@pytest.fixture(params=["light", "dark"])
def page(request: Any, browser: Browser, live_server: Any, made: Locked) -> Iterator[Page]:
    client = signed_in(made.owner, confirmed=True)
    context = browser.new_context(
        base_url=str(live_server), viewport=TABLET, color_scheme=request.param, bypass_csp=True
    )
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live_server)}]
    )
    yield context.new_page()
    close(context)


@pytest.mark.slow
def test_every_page_is_for_everybody(page: Page) -> None:
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(str(error)))
    addresses = [*OPEN]
    addresses += [f"studies/hips/{part}" for part in DRAFT.split(" ")]
    addresses += [f"studies/knees/{part}" for part in ENDED.split()]
    found = {}
    for address in addresses:
        answer = page.goto(f"/{address}")
        assert answer is not None
        assert answer.status == 200, address
        complaints = violations(page) + (["wider than the screen"] if overflows(page) else [])
        if complaints:
            found[address] = complaints
    assert found == {}
    assert errors == []


def test_a_mistake_is_named_while_the_text_is_written(page: Page) -> None:
    page.goto("/studies/new/?from=blank&as=text")
    page.fill("#text", page.input_value("#text").replace('"pick_real"', '"guess"'))
    page.locator("#problems .error").wait_for()
    assert "guess" in page.inner_text("#problems")


def test_a_study_is_built_by_keyboard_without_a_word_of_toml(page: Page) -> None:
    page.goto("/studies/new/?from=blank")
    page.get_by_label("Title", exact=True).fill("Hands")
    page.get_by_role("link", name="Sections").press("Enter")
    page.get_by_role("button", name="Add: call real or synthetic").press("Enter")
    page.wait_for_url("**#f-sections-1")
    second = page.get_by_role("group", name="Section 2")
    second.get_by_label("Trials", exact=True).fill("50")
    said = second.locator("ul.errors", has_text="adds up to 20 images for 50 trials")
    said.wait_for()
    page.fill("#f-sections-1-compose-real", "25")
    page.fill("#f-sections-1-compose-model", "25")
    said.wait_for(state="hidden")
    assert violations(page) == []
    page.get_by_label("Short name").press("Enter")
    page.wait_for_url("**/studies/hands/")
    sections = Study.objects.get(slug="hands").protocol.document.sections
    assert [(section.name, section.trials) for section in sections] == [("quartets", 50), ("calls", 50)]


def test_a_chapter_is_shown_at_a_time_and_a_problem_leads_to_its_own(page: Page) -> None:
    page.goto("/studies/hips/protocol/")
    outline = page.get_by_role("navigation", name="Chapters of the protocol")
    trials = page.locator("#f-sections-0-trials")
    expect(trials).to_be_hidden()
    outline.get_by_role("link", name="Sections").click()
    trials.fill("none")
    outline.locator("[data-wrong='1']").first.wait_for()
    outline.get_by_role("link", name="Canvas").click()
    trials.wait_for(state="hidden")
    page.locator("#problems").get_by_role("link").first.click()
    trials.wait_for(state="visible")


def test_a_question_that_was_just_added_is_not_wrong_yet(page: Page) -> None:
    page.goto("/studies/hips/protocol/#c-questions")
    page.get_by_role("button", name="Add a question").click()
    page.wait_for_url("**#f-questions-*")
    expect(page.locator("#problems .error")).to_have_count(0)
    question = page.locator(".entry:not([hidden]) [name$='.text']")
    question.fill("Where do you work?")
    question.fill("")
    page.locator("#problems .error").wait_for()


def test_fields_appear_with_the_task_they_belong_to(page: Page) -> None:
    page.goto("/studies/hips/protocol/#f-sections-0")
    confidence = page.get_by_label("Steps of confidence")
    expect(confidence).to_be_hidden()
    page.get_by_label("Task").select_option("call")
    confidence.wait_for(state="visible")


def test_work_that_ends_takes_nothing_from_under_a_hand(page: Page, made: Locked) -> None:
    hips = Study.objects.get(slug="hips")
    run = Run.objects.create(study=hips, kind="import", by=made.owner, total=2, request={"source": "x"})
    page.goto("/studies/hips/images/")
    page.fill("#names", "{grade}.png")
    Run.objects.filter(pk=run.pk).update(finished_at=timezone.now())
    page.get_by_text("has ended").wait_for()
    assert page.input_value("#names") == "{grade}.png"
    page.get_by_role("link", name="reload the page").click()
    page.get_by_text("finished").wait_for()


def test_the_links_download_as_a_file(page: Page) -> None:
    page.goto("/studies/hips/people/")
    page.fill("#emails", "olga@example.org")
    page.get_by_role("button", name="Invite", exact=True).click()
    with page.expect_download() as download:
        page.click("text=Download the links")
    assert download.value.suggested_filename == "hips-links.csv"
    assert "olga@example.org" in download.value.path().read_text()
