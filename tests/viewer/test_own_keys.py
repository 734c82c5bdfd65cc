"""Own keys in the page: chosen in the dialog of the keys, at once in force, also without network."""

from collections.abc import Callable

from playwright.sync_api import Page

from tests.viewer.conftest import press
from tests.viewer.fake_server import FakeServer


def kept(page: Page, server: FakeServer, keys: dict[str, str]) -> bool:
    for _ in range(1_500):
        if server.study.keys == keys:
            break
        page.wait_for_timeout(20)
    return server.study.keys == keys


def test_a_reader_chooses_keys_that_act_at_once_and_after_a_reload(
    serve: Callable[..., FakeServer], read: Callable[..., Page]
) -> None:
    server = serve()
    page = read(server)
    press(page, "?")
    editor = page.locator("#key-editor")
    editor.locator("summary").click()
    editor.get_by_role("button", name="Invert").focus()
    press(page, "Enter", "w")
    said = page.locator("#keys-said")
    assert said.text_content() == "W is already “Window”. Press another key, or change that one first."
    press(page, "b")
    assert said.text_content() == "B keeps its meaning. Press another key."
    press(page, ";")
    assert kept(page, server, {"n": ";"})
    assert page.locator("#tool-invert kbd").text_content() == ";"
    press(page, "Escape")
    page.locator("#keys-dialog").wait_for(state="hidden")
    inverted = page.locator("#tool-invert[aria-pressed=true]")
    press(page, "n")
    assert inverted.count() == 0
    press(page, ";")
    assert inverted.count() == 1
    page = read(server)
    press(page, ";")
    assert page.locator("#tool-invert[aria-pressed=true]").count() == 1


def test_keys_chosen_without_network_act_and_are_sent_later(
    serve: Callable[..., FakeServer], read: Callable[..., Page]
) -> None:
    server = serve()
    page = read(server)
    page.locator("#key-editor:not([hidden])").wait_for(state="attached")
    page.context.set_offline(True)
    press(page, "?")
    page.locator("#key-editor summary").click()
    page.get_by_role("button", name="Keys for a mouse in the left hand").click()
    page.locator("#keys-said", has_text="kept on this device").wait_for()
    press(page, "Escape")
    page.locator("#keys-dialog").wait_for(state="hidden")
    press(page, "r")
    assert page.locator("#tool-link").get_attribute("aria-pressed") == "false"
    page.context.set_offline(False)
    pairs = ("wo", "qp", "ru", "ty", "z,", "x.")
    assert kept(page, server, {a: b for pair in pairs for a, b in (pair, pair[::-1])})
