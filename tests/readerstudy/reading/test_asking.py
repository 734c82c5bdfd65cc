"""What is asked, in which order, and what an answer to it may be: without a database."""

import pytest
from django.utils.translation import override

from readerstudy.reading.answer import Answer, Point, Said
from readerstudy.reading.asking import items_of, limits_of
from readerstudy.reading.checks import Screen
from readerstudy.reading.errors import AnswerRefused, Incomplete, OffScale
from readerstudy.studies.protocol import ProtocolDocument, parse_protocol
from tests.readerstudy.factory import protocol_text

CINE = 'frames = 10\nplay = "cine"\nrate_hz = 20\nspacing_mm = 0.5\n'
MANY = """
[[sections]]
name = "many"
compose = {{ hospital-canary = 1, checkpoint-canary = 1 }}
shuffle_items = true
answer_within_ms = 9000
{more}
"""
ITEM = """
[[sections.items]]
name = "{name}"
kind = "choice"
ask = "{name}?"
options = ["yes", "no", "perhaps", "never"]
{more}
"""
MARKS = """
[[sections.items]]
name = "lesion"
kind = "mark"
ask = "Lesion"
most = 3
[[sections.items]]
name = "width"
kind = "measure"
ask = "Width"
what = "distance"
[[sections.items]]
name = "cobb"
kind = "measure"
ask = "Cobb angle"
what = "angle"
"""


def protocol(items: str, canvas: str = "") -> ProtocolDocument:
    text = protocol_text(sections=MANY.format(more="") + items)
    return parse_protocol(text.replace("bits = 8\n", f"bits = 8\n{canvas}", 1))


def screen(document: ProtocolDocument) -> Screen:
    return Screen(protocol=document, section=document.sections[0], letters=("A",))


def order(document: ProtocolDocument, seed: str) -> list[str]:
    return [item["name"] for item in items_of(document.sections[0], seed, lambda item: ())]


def test_items_are_shuffled_for_each_reader_anew_and_each_stays_behind_what_it_hangs_on() -> None:
    items = [ITEM.format(name=f"q{number}", more="") for number in range(6)]
    follows = 'when = { item = "q2", is = ["yes"] }'
    document = protocol("".join([*items, ITEM.format(name="after-q2", more=follows)]))
    orders = [order(document, f"seed {number}") for number in range(20)]
    assert orders == [order(document, f"seed {number}") for number in range(20)]
    assert len({tuple(one) for one in orders}) > 15
    assert all(one[one.index("q2") + 1] == "after-q2" for one in orders)


def test_options_are_shuffled_where_the_protocol_says_so() -> None:
    document = protocol(ITEM.format(name="q", more="shuffle = true") + ITEM.format(name="r", more=""))
    shown = []
    for number in range(20):
        [first, second] = sorted(
            items_of(document.sections[0], str(number), lambda item: ()), key=lambda item: str(item["name"])
        )
        shown.append(tuple(option["value"] for option in first["options"]))
        assert [option["value"] for option in second["options"]] == ["yes", "no", "perhaps", "never"]
    assert len(set(shown)) > 8


def marked(*points: Point, width: tuple[Point, ...], cobb: tuple[Point, ...]) -> Answer:
    items = [
        Said(item="lesion", slot="A", points=points),
        Said(item="width", slot="A", points=width),
        Said(item="cobb", slot="A", points=cobb),
    ]
    return Answer(items=tuple(items))


def at(x: float, y: float, frame: int | None = 1) -> Point:
    return Point(x=x, y=y, frame=frame)


LINE = (at(0, 0), at(3, 4))
LINES = (at(0, 0), at(10, 0), at(0, 0), at(0, 10))


def test_measures_are_in_the_units_of_the_protocol_whatever_was_sent() -> None:
    asked = screen(protocol(MARKS, CINE))
    said = marked(at(1, 1, 9), width=LINE, cobb=LINES)
    kept = {entry.item: entry for entry in asked.check(said).items}
    assert kept["width"].value == 2.5
    assert kept["cobb"].value == 90
    slanted = (at(0, 0), at(10, 0), at(10, 0), at(0, 10))
    kept = {e.item: e for e in asked.check(marked(at(1, 1), width=LINE, cobb=slanted)).items}
    assert kept["cobb"].value == 45


@pytest.mark.parametrize(
    ("points", "refusal"),
    [
        ((at(1, 1, None),), OffScale),
        ((at(1, 1, 11),), OffScale),
        ((at(1, 1, 0),), OffScale),
        ((at(1, 25, 1),), OffScale),
        ((), Incomplete),
        ((at(1, 1), at(2, 2), at(3, 3), at(4, 4)), AnswerRefused),
    ],
)
def test_points_lie_inside_the_image_and_on_a_frame(
    points: tuple[Point, ...], refusal: type[AnswerRefused]
) -> None:
    asked = screen(protocol(MARKS, CINE))
    with pytest.raises(refusal):
        asked.check(marked(*points, width=LINE, cobb=LINES))


def test_all_points_of_a_measure_lie_on_one_frame() -> None:
    asked = screen(protocol(MARKS, CINE))
    with pytest.raises(AnswerRefused, match="one frame"):
        asked.check(marked(at(1, 1), width=(at(0, 0, 1), at(3, 4, 2)), cobb=LINES))


def test_where_time_ran_out_every_question_may_be_missing() -> None:
    asked = screen(protocol(ITEM.format(name="q", more="")))
    late = asked.check(Answer(items=(Said(item="q", slot="A", missing="time"),)))
    assert late == asked.of_time(Answer(items=(Said(item="q", slot="A", value="yes"),)))


@pytest.mark.parametrize(
    ("language", "limits", "words"),
    [
        ("en", (0, 100, 0.5), "0 to 100, in steps of 0.5"),
        ("de", (None, 2.5, None), "bis 2,5"),
        ("en", (1, None, None), "1 or more"),
        ("en", (None, None, 5), "in steps of 5"),
        ("en", (None, None, None), ""),
    ],
)
def test_numbers_tell_what_is_allowed_in_the_words_of_their_reader(
    language: str, limits: tuple[float | None, float | None, float | None], words: str
) -> None:
    with override(language):
        assert limits_of(*limits) == words
