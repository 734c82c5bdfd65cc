"""The catalogues hold all that readers meet, in every language, with the blanks of the original."""

import gettext
import re
from pathlib import Path

import pytest
from babel.messages.catalog import Message

from readerstudy.reading.viewer_words import viewer_words
from readerstudy.studies.models import Task
from readerstudy.studies.protocol.items import KINDS
from readerstudy.studies.protocol.shorthands import CALL, PICK, VERDICT
from tests import messages

VIEWER = messages.ROOT / "static" / "viewer" / "src"
BLANK = re.compile(r"%\(\w+\)s|\{\w+\}|</?\w+[^>]*>")


def texts(message: Message) -> list[str]:
    return [message.string] if isinstance(message.string, str) else list(message.string)


def forms(message: Message) -> list[str]:
    return [message.id] if isinstance(message.id, str) else list(message.id)


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_no_message_is_missing_or_unchecked(language: str) -> None:
    now, kept = messages.template(), messages.read(language)
    wanted = {(m.id, m.context) for m in now if m.id}
    assert {(m.id, m.context) for m in kept if m.id} == wanted, "run make messages, then translate"
    assert messages.missing(kept) == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_a_translation_has_the_blanks_and_tags_of_its_original(language: str) -> None:
    wrong = [
        (message.id, text)
        for message in messages.read(language)
        if message.id
        for text in texts(message)
        if sorted(BLANK.findall(text)) not in [sorted(BLANK.findall(form)) for form in forms(message)]
    ]
    assert wrong == []


@pytest.mark.parametrize("language", messages.LANGUAGES)
def test_the_compiled_catalogue_says_what_the_text_says(language: str) -> None:
    with messages.po(language).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    for message in messages.read(language):
        if not message.id:
            continue
        if not isinstance(message.id, str):
            said = [compiled.ngettext(*message.id, number) for number in (1, 2)]
        elif message.context:
            said = [compiled.pgettext(message.context, message.id)]
        else:
            said = [compiled.gettext(message.id)]
        assert set(said) <= set(texts(message)), "run make messages and commit the .mo files"


def test_the_extractor_finds_templates_python_errors_and_the_words_of_the_viewer() -> None:
    found = {message for _, message, _ in messages.messages()}
    assert {
        "Skip to the images",
        "Say how sure you are.",
        "This study has not begun yet. You will hear from the people who invited you.",
        ("This section has {count} trial.", "This section has {count} trials."),
    } <= found


def test_the_viewer_is_served_the_words_it_asks_for_and_no_others() -> None:
    source = "\n".join(path.read_text() for path in sorted(VIEWER.glob("*.ts")))
    served = {name for task in Task for name in viewer_words(task, KINDS, rated=True)}
    quoted = set(re.findall(r'"([a-z_]+)"', source))
    quoted |= {f"window_{name}" for name in ("given", "full", "spread", "hand")}
    quoted |= {f"open_{name}" for name in (PICK, CALL, VERDICT)}
    assert served - quoted == set()
    asked = set(re.findall(r'\b(?:word|around)\(\s*"([a-z_]+)"', source))
    assert asked - served == set()


def test_a_page_has_the_words_of_its_own_task_only() -> None:
    assert "synthetic" not in viewer_words(Task.CHECK_LABEL)
    assert not re.search(r"synthetic|\breal\b", str(viewer_words(Task.CHECK_LABEL)))
    assert not re.search(r"label", str(viewer_words(Task.PICK_REAL)))
    assert not re.search(r"synthetic|\breal|fake", str(viewer_words(Task.ASK, KINDS)))


def test_no_sentence_is_left_in_the_scripts_of_readers() -> None:
    """Errors for developers aside, a capital and a space in a string are a sentence."""
    left = {
        f"{path.name}: {text}"
        for path in VIEWER.glob("*.ts")
        for text in re.findall(r'["`]([A-Z][a-z]+ [^"`]+)["`]', without_errors(path))
    }
    assert left == set()


def without_errors(path: Path) -> str:
    """Return a script without comments and without what developers alone read."""
    source = re.sub(r"/\*.*?\*/|//[^\n]*", "", path.read_text(), flags=re.DOTALL)
    return re.sub(r"new (?:Viewer|Range|Type)?Error\(.*?\);\n", "", source, flags=re.DOTALL)
