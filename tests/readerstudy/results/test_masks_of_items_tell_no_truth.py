"""An analyst with a masked bundle of phases, comparisons and timed sections looks for the truth."""

import json
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from analysis.bundle import read_bundle
from analysis.reporting.report import report as analysis_report
from readerstudy.results.bundle import export_bundle
from readerstudy.results.bundle.export import write_bundle
from readerstudy.results.bundle.mask import Mask
from readerstudy.results.errors import StaircasesWait
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Enrolment
from readerstudy.studies.protocol import ProtocolError, parse_protocol
from readerstudy.truth.disclose import Case, confirm_disclosure, request_disclosure
from readerstudy.truth.models import Key
from tests.readerstudy.factory import (
    Labels,
    Locked,
    a_locked_study,
    a_user,
    graded,
    protocol_text,
    read_everything,
)
from tests.readerstudy.results.bundles import table

pytestmark = pytest.mark.django_db


def section(name: str, *lines: str, item: str) -> str:
    asked = f'items = [ {{ name = "{item}", {ITEMS[item]} }} ]'
    return "\n".join(["[[sections]]", f'name = "{name}"', *lines, asked, ""])


ITEMS = {
    "quality": 'kind = "scale", ask = "Quality"',
    "made": 'kind = "choice", ask = "Real?", options = ["real", "synthetic"], truth = "kind"',
    "odd": 'kind = "pick", ask = "Which is real?"',
    "better": 'kind = "prefer", ask = "Which is better?"',
}
LETTERED = "compose = { hospital-canary = 4, checkpoint-canary = 4 }", "masked_arms = true"
PAIRS = "show = { hospital-canary = 1, checkpoint-canary = 1, gan-canary = 1 }", "trials = 12"
STAIRS = (
    "compose = { hospital-canary = 6, checkpoint-canary = 6 }",
    (
        'staircase = { item = "made", start_ms = 500, min_ms = 50, max_ms = 2000, '
        "down = 3, down_ms = 50, up = 1, up_ms = 100, reversals = 0 }"
    ),
)


def masked(made: Locked, folder: Path) -> Path:
    freeze_study(made.study, by=made.owner, reason="done")
    return export_bundle(made.study, folder / "masked", by=made.owner, masked=True)


def read(text: str, *, labels: Labels = graded) -> Locked:
    made = a_locked_study(protocol_text(sections=text), labels=labels)
    for name in ("rita", "ron"):
        list(read_everything(made.reading(name)))
    return made


def test_letters_stand_for_sources_where_scales_alone_are_asked(tmp_path: Path) -> None:
    out = masked(read(section("rates", *LETTERED, item="quality")), tmp_path)
    assert Counter(row["source"] for row in table(out)) == {"A": 8, "B": 8}
    assert json.loads((out / "study.json").read_text())["sources"] == [{"name": "A"}, {"name": "B"}]


@pytest.mark.parametrize(
    "more",
    [
        section("again", 'reuse = "rates"', item="made"),
        section(
            "pairs",
            'reuse = "rates"',
            "show = { hospital-canary = 1, checkpoint-canary = 1 }",
            "trials = 4",
            item="better",
        ),
    ],
)
def test_no_letters_where_the_images_are_shown_again(more: str) -> None:
    """What is said of them there could be laid beside their letters."""
    with pytest.raises(ProtocolError, match="shows its images again"):
        parse_protocol(protocol_text(sections=section("rates", *LETTERED, item="quality") + more))


def of_one_case(source: str, number: int) -> dict[str, str]:
    """Image 0 of each source shows the same patient, and so on."""
    return {"grade": "1", "case": f"c{number}"}


def test_no_letters_where_the_cases_are_shown_in_another_section(tmp_path: Path) -> None:
    text = section("rates", *LETTERED, item="quality") + section(
        "calls", "compose = { gan-canary = 9 }", item="made"
    )
    out = masked(read(text, labels=of_one_case), tmp_path)
    assert "source" not in table(out)[0]


def test_neither_images_nor_trials_can_be_followed_from_phase_to_phase(tmp_path: Path) -> None:
    text = section("blind", *PAIRS, item="better") + section("informed", 'reuse = "blind"', item="odd")
    made = a_locked_study(protocol_text(sections=text), readers=())
    mask = Mask(made.study)
    letters: dict[str, dict[frozenset[int], list[str]]] = {}
    for one in made.study.sections.order_by("position"):
        shown, screens = mask.shown_in(one), defaultdict(list)
        for key in Key.objects.filter(trial_image__trial__section=one).select_related("trial_image"):
            screens[key.trial_image.trial_id].append(
                (key.provenance_id, shown[key.trial_image_id].alternative)
            )
        letters[one.name] = {
            frozenset(image for image, _ in screen): [letter for _, letter in sorted(screen)]
            for screen in screens.values()
        }
    same = [letters["blind"][screen] == letters["informed"][screen] for screen in letters["blind"]]
    # Of 12 screens of three, two agree on average; all 12 with a chance of one in 2 thousand millions.
    assert len(same) == 12
    assert not all(same)


def test_rows_of_a_screen_stand_by_letter_and_not_by_place(tmp_path: Path) -> None:
    """Who always takes the image on the left would have the first row of each screen, were they by place."""
    out = masked(read(section("pairs", *PAIRS, item="odd")), tmp_path)
    screens: dict[tuple[str, str], list[dict[str, str]]] = defaultdict(list)
    for row in table(out):
        screens[row["reader"], row["trial"]].append(row)
    for rows in screens.values():
        assert [row["image"].partition("-")[2] for row in rows] == ["A", "B", "C"]
    firsts = [rows[0]["value"] for rows in screens.values()]
    # 24 screens: all alike with a chance of one in 280 thousand millions, for either value.
    assert set(firsts) == {"0", "1"} or len(firsts) < 24


def test_a_reference_has_no_letter_and_no_row(tmp_path: Path) -> None:
    text = section(
        "beside",
        "show = { checkpoint-canary = 1, gan-canary = 1 }",
        "trials = 4",
        'reference = "hospital-canary"',
        item="better",
    )
    made = read(text)
    mask = Mask(made.study)
    references = set(Key.objects.filter(alternative="reference").values_list("trial_image", flat=True))
    assert len(references) == 4
    assert references.isdisjoint(mask.shown_in(made.study.sections.get()))
    assert {row["image"].partition("-")[2] for row in table(masked(made, tmp_path))} == {"A", "B"}


def test_no_time_is_told_under_a_staircase(tmp_path: Path) -> None:
    """Exposures get shorter after right answers, so they tell which answers were right."""
    timed = section("timed", "compose = { hospital-canary = 2 }", "exposure_ms = 400", item="quality")
    out = masked(read(section("stairs", *STAIRS, item="made") + timed), tmp_path)
    times = {
        (row["section"], name): row[name] for row in table(out) for name in ("exposure_ms", "response_ms")
    }
    assert times["stairs", "exposure_ms"] == times["stairs", "response_ms"] == ""
    assert times["timed", "exposure_ms"] == "400"
    assert "staircase" not in json.dumps(json.loads((out / "study.json").read_text()))


def test_how_far_readers_came_on_a_staircase_is_not_told(tmp_path: Path) -> None:
    """It ends after so many turns: who is right less often turns sooner, so the number is an accuracy."""
    ends = section("stairs", *STAIRS, item="made").replace("reversals = 0", "reversals = 1")
    made = read(ends + section("pairs", *PAIRS, item="odd"))
    out = masked(made, tmp_path)
    assert all("stairs" not in path.read_text() for path in out.glob("*.csv"))
    header = json.loads((out / "study.json").read_text())
    assert header["staircases_withheld"] == ["stairs"]
    assert [told["name"] for told in header["sections"]] == ["pairs"]
    assert list(analysis_report(read_bundle(out)).document["sections"]) == ["pairs"]


def test_a_study_of_such_staircases_alone_has_no_masked_bundle(tmp_path: Path) -> None:
    made = read(section("stairs", *STAIRS, item="made").replace("reversals = 0", "reversals = 1"))
    with pytest.raises(StaircasesWait):
        masked(made, tmp_path)


def test_programs_that_read_beside_people_are_left_out_of_a_mask(tmp_path: Path) -> None:
    """Whoever enrols a program may let it know the truth: it would be the key to what people saw."""
    made = read(section("pairs", *PAIRS, item="odd"))
    Enrolment.objects.filter(study=made.study, pseudonym="R02").update(program=True)
    freeze_study(made.study, by=made.owner, reason="done")
    # The log knows of no program here, so an export would refuse.
    write_bundle(made.study, tmp_path, masked=True)
    assert {row["reader"] for row in table(tmp_path)} == {"R01"}


def test_a_disclosed_image_leaves_every_section_that_shows_it(tmp_path: Path) -> None:
    text = section("blind", *PAIRS, item="better") + section("informed", 'reuse = "blind"', item="odd")
    made = read(text)
    case = Case(reader="R01", section="blind", number=1, letter="A")
    asked = request_disclosure(
        made.study, case, recipient="Dr Ada", email="ada@clinic.example", by=made.owner, reason="nodule"
    )
    confirm_disclosure(asked, by=a_user("carl"), reason="nodule")
    trials: dict[str, set[str]] = defaultdict(set)
    for row in table(masked(made, tmp_path)):
        trials[row["section"]].add(row["trial"])
    assert {name: len(found) for name, found in trials.items()} == {"blind": 11, "informed": 11}


def test_kinds_of_screen_are_not_told(tmp_path: Path) -> None:
    kinds = "{ same = { hospital-canary = 2 }, mixed = { hospital-canary = 1, gan-canary = 1 } }"
    out = masked(read(section("pairs", f"show = {kinds}", "trials = 8", item="better")), tmp_path)
    told = "".join(path.read_text() for path in out.iterdir())
    assert "screen" not in table(out)[0]
    assert "mixed" not in told
