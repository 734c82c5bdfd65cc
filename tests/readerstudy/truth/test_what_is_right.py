"""Whether an answer is right: by kind of item, with how far off is still right."""

from typing import Any

import pytest

from readerstudy.studies.protocol import Item, Option, ProtocolDocument, Scale, Words, parse_protocol
from readerstudy.truth.judging import ImageTruth, Location, NoSuchTruth, hits, is_right, is_target, truth_in
from tests.readerstudy.factory import protocol_text

PROTOCOL = parse_protocol(protocol_text())


def asked(kind: str, **more: Any) -> Item:
    return Item(name="it", kind=kind, ask=Words("It?"), truth="label", **more)


def options(*values: str) -> tuple[Option, ...]:
    return tuple(Option(value=value, text=Words(value)) for value in values)


def said(value: Any = None, *points: tuple[float, float], other: str | None = None) -> dict[str, Any]:
    marked = [{"x": x, "y": y, "frame": None, "confidence": None} for x, y in points]
    return {"value": value, "other": other, "points": marked}


def right(item: Item, truth: str, entry: dict[str, Any], protocol: ProtocolDocument = PROTOCOL) -> bool:
    return is_right(item, entry, truth_in(item, truth, protocol))


FIVE = Scale(points=(1, 2, 3, 4, 5), labels=(Words("low"), Words("high")))
AGE = asked("number", low=0.0, high=120.0, within=5.0)
SPOT = asked("mark", within=2.0)
SIGNS = asked("choices", options=options("a", "b", "c"))


@pytest.mark.parametrize(
    ("item", "truth", "entry", "is_so"),
    [
        (asked("scale", scale=FIVE, within=1.0), "3", said(4), True),
        (asked("scale", scale=FIVE, within=1.0), "3", said(5), False),
        (asked("choice", options=options("a", "b")), "a", said("a"), True),
        (asked("choice", options=options("a", "b")), "a", said("b"), False),
        (asked("choice", options=options("a", "b"), other=Words("Other")), "a", said(other="c"), False),
        (AGE, "60", said(65), True),
        (AGE, "60.0", said(54.9), False),
        (asked("measure", within=0.2), "0.1", said(0.3), True),
        (SIGNS, "a; c", said(["a", "c"]), True),
        (SIGNS, "a; c", said(["a"]), False),
        (SIGNS, "none", said([]), True),
        (SIGNS, "a", said(["a"], other="d"), False),
        (SPOT, "3 4; 9 9", said(None, (9, 8), (3, 4)), True),
        (SPOT, "3 4; 9 9", said(None, (3, 4)), False),
        (SPOT, "3 4", said(None, (3, 4), (9, 9)), False),
        (SPOT, "none", said(None), True),
    ],
)
def test_an_answer_is_right_or_not(item: Item, truth: str, entry: dict[str, Any], is_so: bool) -> None:
    assert right(item, truth, entry) is is_so


@pytest.mark.parametrize(
    ("item", "truth", "allowed"),
    [
        (asked("scale", scale=FIVE), "6", "1, 2, 3, 4, 5"),
        (asked("scale", scale=FIVE), "nan", "1, 2, 3, 4, 5"),
        (asked("choice", options=options("a", "b")), "c", "a, b"),
        (AGE, "inf", "a number from 0 to 120"),
        (SIGNS, "a; d", "values from a, b, c"),
        (SPOT, "3", '"x y" within the canvas'),
        (SPOT, "17 4", '"x y" within the canvas'),
        (SPOT, "3 4 1", '"x y" within the canvas'),
    ],
)
def test_a_label_that_is_no_answer_is_no_truth(item: Item, truth: str, allowed: str) -> None:
    with pytest.raises(NoSuchTruth, match=allowed):
        truth_in(item, truth, PROTOCOL)


def test_each_mark_finds_one_target_as_often_as_possible() -> None:
    """Who takes the nearest target first would leave the second mark without any."""
    marks = [Location(5, 0), Location(7, 0)]
    assert hits(marks, [Location(6, 0), Location(4, 0)], within=1.5) == 2
    assert hits(marks, [Location(6, 0)], within=1.5) == 1
    assert hits([Location(5, 0, 1)], [Location(5, 0, 2)], within=9) == 0


@pytest.mark.parametrize(
    ("target", "is_so"), [("real", False), ("synthetic", True), ("gan", True), ("ddpm", False)]
)
def test_a_pick_is_of_a_kind_or_of_a_source(target: str, is_so: bool) -> None:
    item = Item(name="it", kind="pick", ask=Words("Which?"), of="trial", target=target)
    assert is_target(item, ImageTruth(source="gan", kind="synthetic", screen="", labels={})) is is_so


def test_a_truth_is_the_kind_the_source_the_screen_or_a_label() -> None:
    origin = ImageTruth(source="gan", kind="synthetic", screen="mixed", labels={"grade": "2"})
    told = [origin.says(truth) for truth in ("kind", "source", "screen", "grade", "age")]
    assert told == ["synthetic", "gan", "mixed", "2", None]
