"""Who shares a workstation reads and changes nothing that somebody else's page left in the browser."""

import base64
from collections.abc import Callable

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.viewer.conftest import ANSWER, FETCHED, press, tokens, wait_for_trial
from tests.viewer.fake_server import FakeServer

pytestmark = pytest.mark.browser

Serve = Callable[..., FakeServer]
Read = Callable[..., Page]

#: Everything in the database of the reading page, as somebody with the browser's developer tools sees it.
LOOK = """async () => {
    const request = indexedDB.open("readerstudy");
    await new Promise((done) => { request.onsuccess = done; });
    const rows = [];
    for (const name of ["answers", "drafts"]) {
        const all = request.result.transaction(name).objectStore(name).getAll();
        await new Promise((done) => { all.onsuccess = done; });
        rows.push(...all.result.map((row) => [name, row]));
    }
    request.result.close();
    const bytes = (_, value) => value instanceof ArrayBuffer
        ? new TextDecoder().decode(value)
        : value instanceof Uint8Array ? "" : value;
    return JSON.stringify(rows, bytes);
}"""
DRAFTED = """async (token) => {
    const request = indexedDB.open("readerstudy");
    await new Promise((done) => { request.onsuccess = done; });
    const keys = request.result.transaction("drafts").objectStore("drafts").getAllKeys();
    await new Promise((done) => { keys.onsuccess = done; });
    request.result.close();
    return keys.result.includes(token);
}"""
#: An answer as the page kept it before it sealed anything.
PUT_PLAIN = """async (row) => {
    const request = indexedDB.open("readerstudy", 1);
    await new Promise((done) => { request.onsuccess = done; });
    const transaction = request.result.transaction("answers", "readwrite");
    transaction.objectStore("answers").add(row);
    await new Promise((done) => { transaction.oncomplete = done; });
    request.result.close();
}"""
NO_CIPHER = "Object.defineProperty(crypto, 'subtle', { value: undefined });"


def a_key(number: int) -> str:
    return base64.urlsafe_b64encode(bytes([number]) * 32).decode().rstrip("=")


def kept_offline(page: Page, server: FakeServer, context: BrowserContext) -> None:
    """One answer and the draft of another that the server knows nothing of."""
    page.wait_for_function(FETCHED, arg=server.study.addresses(2))
    context.set_offline(True)
    press(page, *ANSWER)
    page.get_by_role("alert").get_by_text("Your last answer is kept on this device").wait_for()
    wait_for_trial(page, 2)
    press(page, "Shift+D")
    page.wait_for_function(DRAFTED, arg="t2")


def opened(server: FakeServer, context: BrowserContext) -> Page:
    context.set_offline(False)
    server.study.sitting = ""
    page = context.new_page()
    page.goto(f"{server.address}/read/")
    return page


def test_nothing_in_the_browser_tells_an_answer_or_a_draft(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve(reach=2)
    page = read(server)
    kept_offline(page, server, context)
    seen = page.evaluate(LOOK)
    assert '"answers"' in seen
    assert '"drafts"' in seen
    for word in ("pick", "ratings", "client_uuid", "submission", "R01", "knees", "saved_at"):
        assert word not in seen


def test_the_next_reader_neither_sees_nor_sends_it_and_its_own_reader_still_does(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve(reach=2, locker_keys=a_key(1))
    page = read(server)
    kept_offline(page, server, context)
    page.close()
    server.study.locker_keys = a_key(2)
    other = opened(server, context)
    wait_for_trial(other, 1)
    expect(other.locator(".cell.chosen")).to_have_count(0)
    assert server.study.responses == []
    other.close()
    server.study.locker_keys = a_key(1)
    again = opened(server, context)
    wait_for_trial(again, 2)
    expect(again.locator(".cell.chosen")).to_have_attribute("data-slot", "D")
    assert tokens(again, server) == ["t1"]


def test_what_was_sealed_before_the_servers_secret_was_renewed_is_opened_after(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve(reach=2, locker_keys=a_key(1))
    page = read(server)
    kept_offline(page, server, context)
    page.close()
    server.study.locker_keys = f"{a_key(2)} {a_key(1)}"
    again = opened(server, context)
    wait_for_trial(again, 2)
    expect(again.locator(".cell.chosen")).to_have_attribute("data-slot", "D")
    assert tokens(again, server) == ["t1"]


def test_an_answer_that_an_earlier_edition_of_the_page_kept_is_sent(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve()
    page = read(server)
    submission = {"client_uuid": "0b0e7f5e-0000-4000-8000-000000000001", "answer": {}, "timing": {}}
    page.evaluate(PUT_PLAIN, {"study": "knees R01", "token": "t1", "number": 1, "submission": submission})
    page.close()
    again = opened(server, context)
    wait_for_trial(again, 2)
    assert tokens(again, server) == ["t1"]


def test_a_browser_without_the_cipher_keeps_answers_all_the_same(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    context.add_init_script(NO_CIPHER)
    server = serve(reach=2)
    page = read(server)
    kept_offline(page, server, context)
    page.close()
    again = opened(server, context)
    wait_for_trial(again, 2)
    expect(again.locator(".cell.chosen")).to_have_attribute("data-slot", "D")
    assert tokens(again, server) == ["t1"]


TEXT = "A line crosses the femur"
#: All names and values that somebody with the developer tools reads beside the database.
STORED = """() => JSON.stringify([localStorage, sessionStorage].map((store) => ({ ...store })))"""
REPORTED = "() => Object.keys(localStorage).some((name) => name.includes(' concern '))"


def report_offline(page: Page, context: BrowserContext) -> None:
    """A problem with the first screen that the server knows nothing of."""
    context.set_offline(True)
    page.keyboard.press("!")
    page.locator("#concern [value=view]").check()
    page.locator("#concern-text").fill(TEXT)
    page.locator("#concern-form .go").click()
    page.wait_for_function(REPORTED)


def test_a_report_that_waits_is_sealed_and_its_name_tells_nobody_whose_it_is(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    page = read(serve())
    report_offline(page, context)
    seen = page.evaluate(STORED)
    for word in (TEXT, "view", "client_uuid", "R01", "knees", '"t1'):
        assert word not in seen


def test_the_next_reader_does_not_send_a_report_and_its_own_reader_does(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve(locker_keys=a_key(1))
    page = read(server)
    report_offline(page, context)
    page.close()
    server.study.locker_keys, server.study.reader = a_key(2), "R02"
    other = opened(server, context)
    wait_for_trial(other)
    other.evaluate("new Promise((done) => requestIdleCallback(done))")
    other.close()
    assert server.study.reports == []
    server.study.locker_keys, server.study.reader = a_key(1), "R01"
    again = opened(server, context)
    again.wait_for_function(f"!({REPORTED})()")
    assert [said["text"] for said in server.study.reports] == [TEXT]


def test_a_report_that_an_earlier_edition_of_the_page_kept_is_sent_and_its_name_is_gone(
    serve: Serve, read: Read, context: BrowserContext
) -> None:
    server = serve()
    page = read(server)
    said = '[{"client_uuid": "u", "token": "t1", "kind": "view", "slot": "", "text": "old"}]'
    page.evaluate("said => localStorage.setItem('readerstudy knees R01 concerns', said)", said)
    with page.expect_response("**/presentations/t1/concern"):
        page.reload()
    page.wait_for_function(f"!({REPORTED})()")
    assert "R01" not in page.evaluate(STORED)
