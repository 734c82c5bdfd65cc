"""Forms of the desk show whole choices, only what is needed, and a preview where there is one."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from readerstudy.studies.create import create_study
from tests.chromium import close
from tests.readerstudy.desk.test_preview_of_a_protocol import EVERY
from tests.readerstudy.factory import a_leader
from tests.readerstudy.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PAGES = (
    "/planner/?task=pick_real",
    "/planner/?what=accuracy",
    "/studies/knees/playground/",
    "/studies/knees/protocol/",
)
#: A select as wide as its longest option is compared with the one on the page; hidden ones are opened.
CUT_OFF = """() => {
  for (const one of document.querySelectorAll("details")) one.open = true;
  for (const one of document.querySelectorAll("[hidden]")) one.hidden = false;
  for (const one of document.querySelectorAll(":disabled")) one.disabled = false;
  return [...document.querySelectorAll("select")].filter((select) => {
    const whole = select.cloneNode(true);
    Object.assign(whole.style, { width: "max-content", minWidth: 0, maxWidth: "none", position: "absolute" });
    select.after(whole);
    const isCut = select.offsetWidth > 0 && whole.offsetWidth > select.offsetWidth;
    whole.remove();
    return isCut;
  }).map((select) => `${select.name} ${select.offsetWidth}`);
}"""


@pytest.fixture
def page(browser: Browser, live_server: object, db: None) -> Iterator[Page]:
    study = create_study(EVERY, by=a_leader("alice"), slug="knees")
    client = signed_in(study.created_by, confirmed=True)
    context = browser.new_context(base_url=str(live_server), viewport={"width": 1440, "height": 900})
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live_server)}]
    )
    yield context.new_page()
    close(context)


def test_no_select_cuts_off_what_may_be_chosen(page: Page) -> None:
    for width in (1440, 1024):
        page.set_viewport_size({"width": width, "height": 900})
        for address in PAGES:
            page.goto(address)
            assert page.evaluate(CUT_OFF) == [], (width, address)


def test_the_planner_asks_what_the_chosen_endpoint_needs(page: Page) -> None:
    page.goto("/planner/?what=accuracy")
    sd, margin, compared = (page.locator(f"[name={name}]") for name in ("sd", "margin", "compared"))
    expect(sd).to_be_hidden()
    expect(margin).to_be_hidden()
    page.locator("[name=what]").select_option("mean")
    page.locator("[name=test]").select_option("equivalence")
    expect(sd).to_be_visible()
    expect(margin).to_be_visible()
    page.locator("[name=what]").select_option("icc")
    expect(compared).to_be_hidden()
    expect(margin).to_be_disabled()


def test_without_scripts_the_planner_asks_anew_what_is_needed(page: Page) -> None:
    page.route("**/*.js", lambda route: route.abort())
    page.goto("/planner/?what=accuracy")
    sd = page.locator("[name=sd]")
    expect(sd).to_be_hidden()
    page.locator("[name=what]").select_option("mean")
    page.get_by_role("button", name="Compute power").click()
    expect(sd).to_be_visible()
    expect(page.locator("[name=margin]")).to_be_hidden()


def test_the_preview_follows_every_chapter_that_readers_see(page: Page) -> None:
    page.goto("/studies/knees/protocol/#c-study")
    sketch = page.locator(".sketch")
    expect(sketch).to_contain_text("Reader’s screen of section 1")
    expect(page.frame_locator(".sketch iframe").locator("body")).not_to_be_empty()
    page.get_by_role("link", name="Endpoints", exact=True).click()
    expect(sketch).to_be_hidden()
    expect(page.locator("#c-endpoints")).to_contain_text("No preview")
