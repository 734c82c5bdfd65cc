"""Whatever breaks between the reader and the server, each answer arrives once, in order."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.viewer.conftest import ANSWER, FETCHED, drafted, press, tokens, wait_for_trial
from tests.viewer.fake_server import FakeServer

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]


def fetched(page: Page, server: FakeServer, number: int) -> None:
    """Waits until the images of a trial have come, ahead of its turn."""
    page.wait_for_function(FETCHED, arg=server.study.addresses(number))


def test_an_answer_waits_while_the_network_is_gone_and_goes_out_by_itself(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve()
    page = read(server)
    context.set_offline(True)
    press(page, *ANSWER)
    page.get_by_role("alert").get_by_text("Your last answer is kept on this device").wait_for()
    assert server.study.responses == []
    context.set_offline(False)
    page.get_by_role("alert").wait_for(state="hidden")
    assert tokens(page, server) == ["t1"]


def test_a_break_says_that_an_answer_waits(serve: Serve, read: Read, context: BrowserContext) -> None:
    server = serve(section={"break_after": 1})
    page = read(server)
    fetched(page, server, 2)
    context.set_offline(True)
    press(page, *ANSWER)
    dialog = page.get_by_role("dialog", name="Time for a break")
    dialog.get_by_text("Your last answer is kept on this device").wait_for()
    context.set_offline(False)
    dialog.get_by_role("alert").wait_for(state="hidden")
    press(page, "Enter")
    wait_for_trial(page, 2)
    context.set_offline(True)
    press(page, "Shift+B", "3", "b", "4", "c", "1", "d", "2", "Enter")
    page.get_by_text("Your last answer is kept on this device").wait_for()


def test_reading_goes_on_without_a_network_as_far_as_trials_were_fetched(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve(trials=8, reach=2)
    page = read(server)
    fetched(page, server, 3)
    context.set_offline(True)
    banner = page.get_by_role("alert")
    for number, words in ((1, "1 more trial is already loaded"), (2, "You can finish this trial")):
        press(page, *ANSWER)
        wait_for_trial(page, number + 1)
        banner.get_by_text(words).wait_for()
    press(page, *ANSWER)
    banner.get_by_text("Your last 3 answers are kept").get_by_text("You can continue when").wait_for()
    press(page, "1", "Enter")
    assert server.study.responses == []
    context.set_offline(False)
    wait_for_trial(page, 4)
    banner.wait_for(state="hidden")
    press(page, *ANSWER)
    assert tokens(page, server, 4) == ["t1", "t2", "t3", "t4"]
    clocks = [response["timing"]["clock"]["submitted_at"] for response in server.study.responses]
    assert clocks == sorted(clocks)


def test_the_network_goes_and_comes_while_one_reads(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve(trials=8, reach=5)
    page = read(server)
    fetched(page, server, 6)
    context.set_offline(True)
    for number in (1, 2):
        press(page, *ANSWER)
        wait_for_trial(page, number + 1)
    press(page, "3", "b", "4", "Shift+C")
    context.set_offline(False)
    assert tokens(page, server, 2) == ["t1", "t2"]
    page.get_by_role("alert").wait_for(state="hidden")
    expect(page.locator(".cell.chosen")).to_have_attribute("data-slot", "C")
    drafted(page, server, "t3", ratings={"A": 3, "B": 4}, pick="C")


def test_a_server_that_is_killed_and_comes_back_gets_the_answer_once(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    server.stop()
    press(page, *ANSWER)
    page.get_by_role("alert").get_by_text("Your last answer is kept on this device").wait_for()
    server.start()
    wait_for_trial(page, 2)
    press(page, *ANSWER)
    assert tokens(page, server, 2) == ["t1", "t2"]
    wait_for_trial(page, 3)


def test_an_answer_whose_acknowledgement_was_lost_is_not_counted_twice(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    lost: list[str] = []

    def swallow(route: Any) -> None:
        if lost:
            route.continue_()
            return
        route.fetch()
        lost.append(route.request.post_data_json["client_uuid"])
        route.abort()

    page.route("**/response", swallow)
    press(page, *ANSWER)
    wait_for_trial(page, 2)
    press(page, *ANSWER)
    assert tokens(page, server, 2) == ["t1", "t2"]
    assert server.study.responses[0]["client_uuid"] == lost[0]


def test_going_back_waits_until_the_last_answer_is_there(serve: Serve, read: Read) -> None:
    server = serve(section={"allow_back": True})
    page = read(server)
    held: list[Any] = []

    def hold(route: Any) -> None:
        held.append(route)

    page.route("**/response", hold)
    press(page, *ANSWER)
    wait_for_trial(page, 2)
    press(page, "Backspace")
    page.locator("#lacks", has_text="still being sent").wait_for()
    expect(page.locator("#grid")).to_have_attribute("data-painted", "t2")
    held[0].continue_()
    wait_for_trial(page, 1)
    assert tokens(page, server) == ["t1"]


def test_an_answer_survives_closing_the_browser_while_offline(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve()
    page = read(server)
    context.set_offline(True)
    press(page, *ANSWER)
    page.get_by_role("alert").get_by_text("Your last answer is kept on this device").wait_for()
    page.close()
    context.set_offline(False)
    server.study.sitting = ""
    again = context.new_page()
    again.goto(f"{server.address}/read/")
    wait_for_trial(again, 2)
    assert tokens(again, server) == ["t1"]


def test_a_half_filled_answer_is_there_after_a_reload(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    press(page, "3", "c", "2", "Shift+C")
    drafted(page, server, "t1", ratings={"A": 3, "C": 2}, pick="C")
    page.reload()
    wait_for_trial(page, 1)
    expect(page.locator("[data-slot=A] .scale [aria-pressed=true]")).to_have_text("3rather realistic")
    expect(page.locator(".cell.chosen")).to_have_attribute("data-slot", "C")


def test_a_half_filled_answer_goes_on_in_another_browser(serve: Serve, read: Read, browser: Any) -> None:
    server = serve()
    page = read(server)
    press(page, "4", "Shift+A")
    drafted(page, server, "t1", ratings={"A": 4}, pick="A")
    elsewhere = browser.new_page()
    elsewhere.goto(f"{server.address}/read/")
    elsewhere.get_by_role("button", name="Continue here").wait_for()
    expect(elsewhere.locator(".cell")).to_have_count(0)
    elsewhere.get_by_role("button", name="Continue here").click()
    wait_for_trial(elsewhere, 1)
    expect(elsewhere.locator(".cell.chosen")).to_have_attribute("data-slot", "A")
    elsewhere.close()


def test_a_draft_made_offline_is_kept_in_the_browser(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve()
    page = read(server)
    context.set_offline(True)
    press(page, "2", "Shift+D")
    page.locator("#saved", has_text="Kept on this device").wait_for()
    context.set_offline(False)
    page.reload()
    wait_for_trial(page, 1)
    expect(page.locator(".cell.chosen")).to_have_attribute("data-slot", "D")


def test_a_second_tab_takes_over_without_a_word_and_the_first_says_so(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve()
    first = read(server)
    second = context.new_page()
    second.goto(f"{server.address}/read/")
    wait_for_trial(second, 1)
    expect(second.get_by_role("dialog")).to_have_count(0)
    first.get_by_role("dialog", name="This study is open elsewhere").wait_for()
    press(second, *ANSWER)
    assert tokens(second, server) == ["t1"]
    first.get_by_role("button", name="Continue here").click()
    wait_for_trial(first, 2)
    assert tokens(first, server) == ["t1"]
    second.get_by_role("dialog", name="This study is open elsewhere").wait_for()


def test_an_answer_waits_until_the_server_knows_the_tab_that_takes_over(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve(door=threading.Event())
    first = read(server)
    second = context.new_page()
    with second.expect_request(lambda request: '"take_over":true' in (request.post_data or "")):
        second.goto(f"{server.address}/read/")
    wait_for_trial(second, 1)
    press(second, *ANSWER)
    wait_for_trial(second, 2)
    assert server.study.responses == []
    server.study.door.set()
    assert tokens(second, server) == ["t1"]
    expect(second.get_by_role("dialog")).to_have_count(0)
    first.get_by_role("dialog", name="This study is open elsewhere").wait_for()


def test_a_tab_that_was_closed_goes_on_in_another_at_once(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve()
    page = read(server)
    page.close()
    again = context.new_page()
    again.goto(f"{server.address}/read/")
    wait_for_trial(again, 1)
    expect(again.get_by_role("dialog")).to_have_count(0)
    press(again, *ANSWER)
    assert tokens(again, server) == ["t1"]


def test_stopping_without_a_network_leaves_the_page_where_it_is(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    page = read(serve())
    context.set_offline(True)
    press(page, "p")
    page.get_by_role("button", name="Stop for today").click()
    page.get_by_role("dialog", name="Stop for today").get_by_text("are kept on this device").wait_for()
    press(page, "Enter", "2")
    expect(page.locator("[data-slot=A] .digits button").nth(1)).to_have_attribute("aria-pressed", "true")


def test_a_tab_closed_before_it_heard_that_it_sits_is_nobody_elses(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server, page = serve(), context.new_page()
    context.route("**/sitting", lambda route: (route.fetch(), route.abort()))
    with page.expect_event("requestfailed"):
        page.goto(f"{server.address}/read/")
    page.close()
    context.unroute("**/sitting")
    first = server.study.sitting
    again = read(server)
    press(again, *ANSWER)
    assert tokens(again, server) == ["t1"]
    assert server.study.sitting == first


def test_a_tab_that_was_taken_over_unawares_is_told_at_its_next_answer(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    server.study.sitting = "another machine"
    press(page, *ANSWER)
    page.get_by_role("button", name="Continue here").click()
    wait_for_trial(page, 2)
    assert tokens(page, server) == ["t1"]


def test_signing_in_again_leads_back_to_the_same_trial_with_the_same_answer(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    press(page, "3", "Shift+B")
    drafted(page, server, "t1", ratings={"A": 3}, pick="B")
    server.study.signed_out = True
    press(page, "b", "1")
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Signed in").click()
    wait_for_trial(page, 1)
    expect(page.locator(".cell.chosen")).to_have_attribute("data-slot", "B")
    expect(page.locator("[data-slot=B] .scale [aria-pressed=true]")).to_have_count(1)


def test_an_answer_given_after_the_session_ended_is_sent_after_signing_in(serve: Serve, read: Read) -> None:
    server = serve()
    page = read(server)
    fetched(page, server, 4)
    server.study.signed_out = True
    press(page, *ANSWER)
    page.get_by_role("link", name="Sign in").click()
    page.get_by_role("link", name="Signed in").click()
    wait_for_trial(page, 2)
    assert tokens(page, server) == ["t1"]
