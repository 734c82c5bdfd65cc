"""A protocol is checked as a whole, and every mistake is named with its line and what is allowed."""

import pytest

from readerstudy.studies.protocol import ProtocolError, parse_protocol

QUARTETS = """\
[study]
title = "Cervical spine radiographs: a clinical Turing test"
seed = 20251025
level = 0.95
[canvas]
width = 256
height = 256
bits = 8
[[sources]]
name = "real"
kind = "real"
[[sources]]
name = "checkpoint-a"
kind = "synthetic"
[scale]
points = [1, 2, 3, 4]
labels = ["unrealistic", "rather unrealistic", "rather realistic", "fully realistic"]
[margins]
detection = 0.10
realism = 0.25
[[sections]]
name = "quartets"
task = "pick_real"
trials = 50
compose = { real = 1, checkpoint-a = 3 }
rate = true
repeats = 5
catch = 2
"""


def problems(text: str) -> list[str]:
    with pytest.raises(ProtocolError) as caught:
        parse_protocol(text)
    return [str(problem) for problem in caught.value.problems]


def test_the_documented_example_is_understood() -> None:
    protocol = parse_protocol(QUARTETS)
    section = protocol.section("quartets")
    assert (section.alternatives, section.read_by_each) == (4, 57)
    assert protocol.images_needed("real") == 52
    assert protocol.images_needed("checkpoint-a") == 156
    assert protocol.places > protocol.readers


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("seed = 20251025", 'seed = "x"', "line 3: study.seed: is 'x'; it has to be a whole number from 0"),
        ("seed = 20251025", "", "line 1: study.seed: is missing; it has to be a whole number"),
        ("level = 0.95", "levle = 0.95", "study.levle: is not a field of a protocol. Did you mean level?"),
        ("bits = 8", "bits = 12", "line 8: canvas.bits: is 12; allowed are 8 and 16."),
        ('kind = "real"', 'kind = "reel"', "line 11: sources[0].kind: is 'reel'; allowed are real,"),
        ('name = "checkpoint-a"', 'name = "real"', "names 'real' 2 times"),
        ("points = [1, 2, 3, 4]", "points = [4, 3, 2, 1]", "line 16: scale.points: has to be 2 to 11 rising"),
        ("points = [1, 2, 3, 4]", "points = [1, 2, 3]", "line 17: scale.labels: has 4 words for 3 points"),
        ("detection = 0.10", "detection = 2", "line 19: margins.detection: is 2; it has to be a number"),
        ('task = "pick_real"', 'task = "guess"', "allowed are pick_real, call, rate, check_label, ask."),
        ("checkpoint-a = 3", "checkpoint-b = 3", "line 25: sections[0].compose: names 'checkpoint-b'"),
        ("real = 1,", "real = 2,", "has 2 real images; a pick_real trial needs exactly one."),
        ("checkpoint-a = 3", "checkpoint-a = 30", "puts 31 images on a screen"),
        ("repeats = 5", "repeats = 51", "line 27: sections[0].repeats: is 51, more than the 50 trials"),
        ("repeats = 5", "confidence = 4", "confidence: belongs to call sections; this one is pick_real."),
        ("trials = 50", "trials = true", "trials: is true; it has to be a whole number from 1"),
        ("trials = 50", "trials = 2020-01-01", "trials: is 2020-01-01; it has to be a whole number from 1"),
        ("trials = 50", f"trials = 0x{'f' * 5_000}", "trials: is inf; it has to be a whole number from 1"),
        ("trials = 50", "trials = [[1], { a = true }]", "trials: is [[…], {…}]; it has to be"),
        ("real = 1,", "real = 100001,", "gives real 100001; counts are whole numbers from 1 to 100000."),
        ("points = [1, 2, 3, 4]", f"points = [1, 2, 3, {10**10}]", "points: is [1, 2, 3, 10000000000];"),
        ('"rather realistic"', '" "', "line 17: scale.labels: has nothing as number 3;"),
        ("trials = 50", "trials = 5 0", "line 24: The file is not valid TOML"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_with_its_line_and_its_remedy(old: str, new: str, sentence: str) -> None:
    assert old in QUARTETS
    assert any(sentence in problem for problem in problems(QUARTETS.replace(old, new, 1)))


def test_every_mistake_is_named_at_once() -> None:
    text = QUARTETS.replace("bits = 8", "bits = 9").replace("level = 0.95", "level = 7")
    assert len(problems(text)) == 2


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (
            "seed = 20251025",
            'seed = 20251025\nlanguages = 1\nconsent = { de = "Ja" }',
            "line 4: study.languages: is 1; it has to be a list of texts",
        ),
        (
            '[[sources]]\nname = "real"',
            "[[sources]]\nname = 1",
            "line 10: sources[0].name: is 1;",
        ),
    ],
)
def test_what_hangs_on_a_mistake_is_no_mistake_of_its_own(old: str, new: str, problem: str) -> None:
    assert old in QUARTETS
    (said,) = problems(QUARTETS.replace(old, new, 1))
    assert said.startswith(problem)


def test_a_text_that_is_no_toml_says_where_it_stops_being_one() -> None:
    assert "line 2" in problems('[study]\ntitle = "open\n')[0]


def test_an_empty_text_names_the_tables_that_are_missing() -> None:
    said = " ".join(problems(""))
    for table in ("study", "canvas", "sources", "sections"):
        assert f"{table}: is missing" in said


def test_one_image_a_screen_needs_counts_that_add_up_to_the_trials() -> None:
    text = QUARTETS.replace('"pick_real"', '"call"').replace("rate = true\n", "")
    assert any("adds up to 4 images for 50 trials" in problem for problem in problems(text))


def test_a_rotated_design_needs_whole_blocks_and_repeats_among_its_anchors() -> None:
    rotated = QUARTETS + 'design = "rotate"\nanchor = 4\nblock = 20\n'
    said = " ".join(problems(rotated))
    assert "have to fall into whole blocks" in said
    assert "repeats come from the anchors" in said


@pytest.mark.parametrize("name", ["reader", "virtual"])
def test_a_question_takes_no_name_that_the_data_have_for_something_else(name: str) -> None:
    asked = f'[[questions]]\nname = "{name}"\ntext = "Who are you?"\n'
    assert f"questions[0].name: is '{name}', which names another column" in "\n".join(
        problems(QUARTETS + asked)
    )
