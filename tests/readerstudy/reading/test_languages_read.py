"""Log, bundle and the copy of the consent say in which languages a reader read."""

from pathlib import Path

from analysis.bundle import read_bundle
from analysis.compute import compute
from readerstudy.audit.models import Event
from readerstudy.reading.models import Sitting
from readerstudy.reading.verify_steps import verify_steps
from readerstudy.results.bundle.export import export_bundle
from readerstudy.results.freeze import freeze_study
from tests.readerstudy.factory import a_locked_study, answer_next, brief, protocol_text
from tests.readerstudy.reading.conftest import Tab, a_tab
from tests.readerstudy.results.bundles import table

TEXTS = 'languages = ["en", "de", "fr"]'
CONSENT = 'consent = { en = "I agree.", de = "Ich willige ein.", fr = "Je suis d’accord." }'
TEXT = protocol_text(study=TEXTS).replace('consent = "I agree that my answers are kept."', CONSENT)


def speak(tab: Tab, language: str) -> None:
    assert tab.client.post("/language/", {"language": language}).status_code == 302


def languages_in_log(verb: str) -> list[str]:
    said = Event.objects.filter(verb=verb).order_by("pk").values_list("particulars", flat=True)
    return [(one.get("screen") or one)["language"] for one in said]


def test_what_was_read_in_which_language_is_in_log_bundle_and_consent(db: None, tmp_path: Path) -> None:
    made = a_locked_study(TEXT, slug="spoken", briefed=False)
    tab = a_tab(made)
    speak(tab, "de")
    assert "Ich willige ein." in tab.client.get("/read/spoken/consent/").content.decode()
    tab.client.post("/read/spoken/consent/", {"agree": "yes"})
    tab.client.post("/read/spoken/instructions/")
    for language in ("de", "fr", "fr", "de"):
        speak(tab, language)
        assert tab.sit().status_code == 200
    brief(made.reading("ron"))
    for _ in range(2):
        tab.respond()
        answer_next(made.reading("ron"))
    assert languages_in_log("consent given")[0] == languages_in_log("instructions read")[0] == "de"
    assert languages_in_log("sitting opened") == ["de", "fr", "de"]
    assert Sitting.objects.get().screen == {"width": 1920, "language": "de"}
    assert list(verify_steps(made.study)) == []
    speak(tab, "fr")
    copy = b"".join(tab.client.get("/read/spoken/consent.pdf").streaming_content)  # type: ignore[attr-defined]
    assert b"/Lang(de)" in copy
    freeze_study(made.study, by=made.owner, reason="done")
    rows = table(export_bundle(made.study, tmp_path / "bundle", by=made.owner, masked=True), "readers.csv")
    assert [row["language"] for row in rows] == ["de fr", ""]
    found = compute(read_bundle(tmp_path / "bundle"), model_answers=0)
    assert [reader["language"] for reader in found.study.readers] == ["de fr", None]
