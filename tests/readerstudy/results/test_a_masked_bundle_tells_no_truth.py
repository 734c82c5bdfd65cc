"""An analyst with this source code, the protocol and a masked bundle looks for the truth."""

import json
from collections import Counter, defaultdict
from io import StringIO
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from analysis.bundle import read_bundle
from analysis.reporting.report import report as analysis_report
from readerstudy.reading.answer import Answer
from readerstudy.reading.models import Slot
from readerstudy.reading.respond import respond
from readerstudy.reading.walk import Walk
from readerstudy.results.bundle import export_bundle
from readerstudy.results.bundle.mask import Mask
from readerstudy.results.errors import StillOpen
from readerstudy.results.freeze import freeze_study
from readerstudy.results.report import export_report
from readerstudy.studies.models import Enrolment
from readerstudy.studies.protocol import ProtocolError, parse_protocol
from readerstudy.truth.models import Key
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers
from tests.readerstudy.factory import (
    CALLS,
    CHECKS,
    PRACTICE,
    QUARTETS,
    RATES,
    Locked,
    a_locked_study,
    protocol_text,
)
from tests.readerstudy.results.bundles import table

pytestmark = pytest.mark.django_db

QUADS = """
[[sections]]
name = "quads"
task = "pick_real"
trials = 16
compose = { hospital-canary = 1, gan-canary = 3 }
"""
FORBIDDEN = {
    "source",
    "alternative",
    "intended",
    "catch",
    "correct",
    "truth",
    "slot",
    "slot_real",
    "slot_picked",
    "order",
}


def frozen(made: Locked) -> Locked:
    freeze_study(made.study, by=made.owner, reason="done")
    return made


def masked(made: Locked, folder: Path) -> Path:
    return export_bundle(made.study, folder / "masked", by=made.owner, masked=True)


def pick_knowingly(reader: Enrolment, *, right: bool) -> None:
    """Answer everything: always the real image, or always one that is not."""
    by = reader.person
    assert by is not None
    while (shown := Walk(reader).current) is not None:
        real = Key.objects.filter(
            trial_image__trial=shown.trial_id, provenance__source__kind="real"
        ).values_list("trial_image", flat=True)
        slots = list(Slot.objects.filter(presentation=shown))
        chosen = next(slot for slot in slots if (slot.trial_image_id in real) is right)
        respond(reader, shown.token, Answer(pick=chosen.letter), by=by, client_uuid=uuid4())


@pytest.fixture
def quads() -> Locked:
    """Read by two who always know and two who never do, and frozen."""
    readers = ("rita", "ron", "rosa", "rolf")
    made = a_locked_study(protocol_text(sections=QUADS), readers=readers)
    for name in readers:
        pick_knowingly(made.reading(name), right=name in ("rita", "ron"))
    return frozen(made)


@pytest.fixture
def tasks() -> Locked:
    """All four tasks with a hidden repeat and an obvious fake, read by three virtual readers; not frozen."""
    sections = QUARTETS.format(trials=6) + "repeats = 2\ncatch = 1\n" + CALLS + RATES + CHECKS
    made = a_locked_study(protocol_text(sections=sections), readers=())
    simulate_readers(made.study, 3, Skill(), by=made.owner, seed=1, on_answer=lambda: None)
    return made


def test_no_letter_stands_for_being_right(quads: Locked, tmp_path: Path) -> None:
    shares: dict[str, Counter[str]] = defaultdict(Counter)
    for row in table(masked(quads, tmp_path), "picks.csv"):
        shares[row["reader"]][row["picked"].partition("#")[0]] += 1
    assert len(shares) == 4
    for reader, picked in shares.items():
        assert picked.total() == 16
        assert max(picked.values()) < 14, (reader, picked)


def test_readers_who_pick_the_same_image_share_its_letter(quads: Locked, tmp_path: Path) -> None:
    picked: dict[str, dict[str, str]] = defaultdict(dict)
    for row in table(masked(quads, tmp_path), "picks.csv"):
        picked[row["trial"]][row["reader"]] = row["picked"]
    assert all(by_reader["R01"] == by_reader["R02"] for by_reader in picked.values())
    assert all(by_reader["R01"] != by_reader["R03"] for by_reader in picked.values())


def test_virtual_readers_who_know_the_truth_give_no_key_to_what_people_saw(tmp_path: Path) -> None:
    made = a_locked_study(protocol_text(sections=QUADS), readers=("rita",))
    pick_knowingly(made.reading("rita"), right=False)
    simulate_readers(made.study, 2, Skill(accuracy=0.99), by=made.owner, seed=1, on_answer=lambda: None)
    folder = masked(frozen(made), tmp_path)
    assert {row["reader"] for row in table(folder, "picks.csv")} == {"R01"}
    assert [row["reader"] for row in table(folder, "readers.csv")] == ["R01"]


def test_virtual_readers_are_there_where_no_person_has_answered(tmp_path: Path) -> None:
    """Somebody who is invited and never comes has seen nothing that a key would open."""
    made = a_locked_study(protocol_text(sections=QUADS), readers=("rita",))
    simulate_readers(made.study, 2, Skill(accuracy=0.99), by=made.owner, seed=1, on_answer=lambda: None)
    folder = masked(frozen(made), tmp_path)
    readers = {row["reader"] for row in table(folder, "picks.csv")}
    assert len(readers) == 2
    assert "R01" not in readers


def test_no_answers_leave_a_study_that_is_open(tasks: Locked, tmp_path: Path) -> None:
    study, owner = tasks.study, tasks.owner
    with pytest.raises(StillOpen):
        export_bundle(study, tmp_path / "bundle", by=owner, masked=True)
    with pytest.raises(StillOpen):
        export_report(study, tmp_path / "report", by=owner, masked=True)
    for command in ("export_bundle", "export_report"):
        with pytest.raises(CommandError, match="Freeze it first"):
            call_command(command, study.slug, "--out", str(tmp_path / "x"), "--masked", stdout=StringIO())
    for name in ("alice", "anna"):
        client = tasks.client(name)
        assert client.get(f"/studies/{study.slug}/bundle.zip").headers["Content-Type"] != "application/zip"
        assert "Download" not in client.get(f"/studies/{study.slug}/ending/").content.decode()
        refused = client.get(f"/api/studies/{study.slug}/bundle.zip")
        assert refused.headers["Content-Type"] == "application/json"
    assert list(tmp_path.iterdir()) == []


def test_no_table_holds_truth_or_what_comes_from_the_plan(tasks: Locked, tmp_path: Path) -> None:
    out = masked(frozen(tasks), tmp_path)
    assert not (out / "images.csv").exists()
    for path in sorted(out.glob("*.csv")):
        assert "canary" not in path.read_text(encoding="utf-8"), path.name
        if path.name != "codebook.csv":
            assert not FORBIDDEN & set(table(out, path.name)[0]), path.name
    header = json.loads((out / "study.json").read_text())
    assert not {"seed", "plan_hash", "sources"} & set(header)
    assert "canary" not in json.dumps(header)
    told = {row["column"] for row in table(out, "codebook.csv")}
    assert not FORBIDDEN & told


def test_catch_trials_are_left_out_and_leave_no_gap(tasks: Locked, tmp_path: Path) -> None:
    out = masked(frozen(tasks), tmp_path)
    trials = {row["trial"].removesuffix("-again") for row in table(out, "picks.csv")}
    assert sorted(trials) == [f"T{number:03}" for number in range(1, 7)]
    again = {row["repeat_of"] for row in table(out, "picks.csv")} - {""}
    assert len(again) == 2
    assert again <= trials


def test_rows_stand_in_the_order_of_their_names_and_not_of_the_screen(tasks: Locked, tmp_path: Path) -> None:
    out = masked(frozen(tasks), tmp_path)
    for name in ("picks.csv", "ratings.csv", "calls.csv", "checks.csv"):
        rows = [(row["reader"], row["trial"], row.get("image", "")) for row in table(out, name)]
        assert rows == sorted(rows), name


def test_no_image_or_trial_has_one_name_in_two_sections(tasks: Locked, tmp_path: Path) -> None:
    out = masked(frozen(tasks), tmp_path)
    for column in ("trial", "image"):
        seen: dict[str, set[str]] = defaultdict(set)
        for name in ("picks.csv", "ratings.csv", "calls.csv", "checks.csv"):
            for row in table(out, name):
                if column in row:
                    seen[row[column]].add(row["section"])
        assert {len(sections) for sections in seen.values()} == {1}


def test_a_label_that_was_found_to_fit_is_not_told(tasks: Locked, tmp_path: Path) -> None:
    rows = table(masked(frozen(tasks), tmp_path), "checks.csv")
    assert {row["observed"] for row in rows if row["verdict"] != "discrepant"} == {""}


def test_letters_are_no_function_of_protocol_place_and_images() -> None:
    """The same protocol and the same number of images, in another study: other letters and numbers."""
    one, other = (a_locked_study(protocol_text(trials=12), slug=slug, readers=()) for slug in ("one", "two"))

    def names(made: Locked) -> list[tuple[str, str]]:
        mask, section = Mask(made.study), made.study.sections.get()
        shown = mask.shown_in(section)
        keys = Key.objects.filter(trial_image__trial__section=section).select_related("trial_image__trial")
        ordered = sorted(keys, key=lambda key: (key.trial_image.trial.number, key.trial_image.number))
        trials = [mask.trial(section, key.trial_image.trial.number) for key in ordered]
        return [
            (trial, shown[key.trial_image_id].alternative) for trial, key in zip(trials, ordered, strict=True)
        ]

    first, second = names(one), names(other)
    assert sorted(first) == sorted(second)
    assert first != second


def test_a_section_of_ratings_may_have_letters_for_its_sources(tmp_path: Path) -> None:
    arms = RATES.replace('task = "rate"', 'task = "rate"\nmasked_arms = true')
    more = arms.replace('"rates"', '"rates-again"')
    made = a_locked_study(protocol_text(sections=arms + more + QUARTETS.format(trials=3)), readers=())
    simulate_readers(made.study, 2, Skill(), by=made.owner, seed=1, on_answer=lambda: None)
    out = masked(frozen(made), tmp_path)
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for row in table(out, "ratings.csv"):
        counts[row["section"]][row["source"]] += 1
    assert counts == {
        "rates": {"A": 2, "B": 2, "C": 2},
        "rates-again": {"A": 2, "B": 2, "C": 2},
        "triples": {"": 18},
    }
    assert json.loads((out / "study.json").read_text())["sources"] == [{"name": name} for name in "ABC"]
    report = analysis_report(read_bundle(out)).document
    assert [row["source"] for row in report["sections"]["rates"]["realism"]["by_source"]] == ["A", "B", "C"]
    assert "reason" in report["sections"]["triples"]["realism"]


@pytest.mark.parametrize(
    "section",
    [
        CALLS.replace('task = "call"', 'task = "call"\nmasked_arms = true'),
        RATES.replace("trials = 3", "trials = 4\nmasked_arms = true").replace(
            "canary = 1,", "canary = 2,", 1
        ),
        PRACTICE.replace("practice", "masked_arms = true\npractice") + RATES,
    ],
)
def test_letters_for_sources_are_refused_where_they_would_tell(section: str) -> None:
    with pytest.raises(ProtocolError, match="masked_arms"):
        parse_protocol(protocol_text(sections=section))
