"""Images of the next trial come sealed while this one is answered, and are drawn as they would be without."""

from typing import Any

import pytest
from django.conf import settings
from playwright.sync_api import Browser, BrowserContext, Page, expect

from readerstudy.reading.models import Response, Slot
from tests.readerstudy.factory import Locked, a_locked_study, protocol_text
from tests.viewer.test_on_the_platform import begin, next_after, shown

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BRIEFLY = """
[[sections]]
name = "pairs"
task = "pick_real"
trials = 3
compose = { hospital-canary = 1, checkpoint-canary = 1 }
exposure_ms = 60
mask = "none"
"""

ARRIVED = """tokens => {
    const here = performance.getEntriesByType("resource").filter((entry) => entry.responseEnd > 0);
    return tokens.every((token) => here.some(({ name }) => name.endsWith(`/sealed/${token}`)));
}"""


@pytest.fixture
def study(browser: Browser, db: None) -> Locked:
    return a_locked_study(protocol_text(sections=BRIEFLY, more='[display]\nif_failed = "ignore"\n'))


def covered(page: Page) -> None:
    expect(page.locator("#grid")).to_have_attribute("data-veil", "after")


def drawn(page: Page) -> list[str]:
    found: list[str] = page.locator(".view canvas").evaluate_all("all => all.map(one => one.toDataURL())")
    return found


def test_the_next_images_come_sealed_and_are_drawn_exactly(
    study: Locked, context: BrowserContext, live_server: Any
) -> None:
    name, address = settings.SESSION_COOKIE_NAME, str(live_server)
    context.add_cookies([{"name": name, "value": study.client("rita").cookies[name].value, "url": address}])
    page, asked = context.new_page(), []
    page.on("request", lambda request: asked.append(request.url.removeprefix(f"{address}/api/reading/")))
    page.goto(f"{address}/read/{study.study.slug}/trial/?renderer=2d")
    begin(page)
    covered(page)
    [second, third] = (
        [slot.token for slot in Slot.objects.filter(presentation__place=1, presentation__order=order)]
        for order in (2, 3)
    )
    page.keyboard.press("Shift+A")
    page.wait_for_function(ARRIVED, arg=second)
    before = shown(page)
    next_after(page, "Enter")
    covered(page)
    assert shown(page) != before
    assert not {f"pixels/{token}" for token in second} & set(asked)
    from_sealed = drawn(page)
    page.reload()
    begin(page)
    covered(page)
    assert {f"pixels/{token}" for token in second} <= set(asked)
    assert drawn(page) == from_sealed
    assert len(set(from_sealed)) == 2
    page.keyboard.press("Shift+A")
    next_after(page, "Enter")
    covered(page)
    assert not {f"pixels/{token}" for token in third} & set(asked)
    assert Response.objects.get(presentation__order=2).timing["fetches"] == 4
