"""One patient at every grade, in a real browser: an image for each grade, in their order, with its name."""

import pytest
from playwright.sync_api import Browser, expect

from readerstudy.studies.models import Run
from readerstudy.studies.runs.perform import perform
from tests.chromium import close
from tests.readerstudy.factory import a_planned_study
from tests.readerstudy.people import signed_in

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

GRADES = ["grade 0", "grade 1", "grade 2", "grade 3", "grade 4"]


def test_a_progression_appears_grade_by_grade(browser: Browser, live_server: object) -> None:
    study = a_planned_study()
    client = signed_in(study.created_by, confirmed=True)
    context = browser.new_context(base_url=str(live_server), viewport={"width": 1280, "height": 1000})
    context.add_cookies(
        [{"name": "sessionid", "value": client.cookies["sessionid"].value, "url": str(live_server)}]
    )
    page = context.new_page()
    errors: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.goto(f"/studies/{study.slug}/playground/")
    page.locator("[name=through]").select_option("grade")
    page.locator("[name=steps]").fill("2")
    page.get_by_role("button", name="Generate").click()
    page.locator("[data-preview]").wait_for()
    perform.func(Run.objects.get().pk)
    page.reload()
    expect(page.locator("[data-preview] figcaption")).to_have_text(GRADES)
    pictures = page.locator("[data-preview] img")
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-preview] img')].every((one) => one.naturalWidth)"
    )
    addresses = pictures.evaluate_all("all => all.map((one) => new URL(one.src).pathname)")
    assert addresses == sorted(set(addresses))
    page.locator("[name=source]").select_option("gan-canary")
    page.locator("[name=count]").fill("200")
    assert page.locator("[name=count]").evaluate("field => field.checkValidity()")
    assert errors == []
    close(context)
