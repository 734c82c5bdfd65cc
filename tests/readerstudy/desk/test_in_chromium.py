"""The desk in a real browser: axe has no complaint, nothing is wider than a tablet, the console is silent."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from readerstudy.results.freeze import freeze_study
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers
from tests.readerstudy.factory import Locked, a_locked_study, a_planned_study
from tests.readerstudy.people import signed_in
from tests.viewer.test_for_everybody import overflows, violations

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

OPEN = ["studies/", "studies/new/", "studies/new/?from=blank", "planner/"]
DRAFT = " protocol/ images/ images/of/gan-canary/ plan/ audit/ preflight/ lock/ people/ progress/ log/"
ENDED = "people/ progress/ ending/ result/ cases/triples/ log/"
TABLET = {"width": 768, "height": 1024}


@pytest.fixture
def made(browser: Browser, db: None) -> Locked:
    """knees has ended, hips is a draft."""
    a_planned_study(slug="hips")
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
    context.close()


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


def test_a_mistake_is_named_while_a_new_protocol_is_written(page: Page) -> None:
    page.goto("/studies/new/?from=blank")
    page.fill("#text", page.input_value("#text").replace('"pick_real"', '"guess"'))
    page.locator("#problems .error").wait_for()
    assert "guess" in page.inner_text("#problems")


def test_the_links_download_as_a_file(page: Page) -> None:
    page.goto("/studies/hips/people/")
    page.fill("#emails", "olga@example.org")
    page.click("text=Invite >> nth=-1")
    with page.expect_download() as download:
        page.click("text=Download the links")
    assert download.value.suggested_filename == "hips-links.csv"
    assert "olga@example.org" in download.value.path().read_text()
