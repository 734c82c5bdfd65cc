"""Truths that no answer can have, and times that no screen can keep."""

import pytest

from tests.readerstudy.studies.written_protocols import (
    HEAD,
    PAIRS,
    SINGLES,
    Cases,
    asks,
    assert_refused,
    item,
    section,
)

TRUTH = {
    **{
        f"on {kind}": (
            asks(item(kind=kind, truth='"grade"'), fields=PAIRS),
            {".truth": f"number, mark, measure; this item is of kind {kind}"},
        )
        for kind in ("text", "prefer", "rank")
    },
    "on a section item": (asks(item(of='"section"', truth='"grade"')), {".truth": "a section item has none"}),
    "that is told": (
        asks(item(options='"grade"', truth='"grade"'), fields=f'{SINGLES}\ntells = ["grade"]'),
        {".truth": "is 'grade', which tells shows beside the image"},
    ),
    "of the screen where there is one kind": (
        asks(item(truth='"screen"')),
        {".truth": "is 'screen', but there is one kind of screen"},
    ),
    "that differs on one screen": (
        asks(item(of='"trial"', options='["real", "synthetic"]', truth='"kind"'), fields=PAIRS),
        {".truth": "is 'kind', which differs among images of a screen"},
    ),
    "that is no option": (
        asks(item(truth='"source"', options='["real", "gan"]')),
        {".options": "lacks 'ddpm', which is the truth of some"},
    ),
    "that is no number": (
        asks(item(kind="measure", what='"angle"', truth='"source"')),
        {".truth": "is 'source', which is no answer to a measure"},
    ),
    "of which something else is positive": (
        asks(item(options='"diagnosis"', truth='"diagnosis"', positive='["fracture"]')),
        {".positive": "names 'fracture'; allowed are effusion, normal, pneumonia"},
    ),
    "missing beside positive": (asks(item(positive='["a"]')), {".positive": "belongs to items with a truth"}),
    "missing for a pass mark": (
        HEAD
        + section(SINGLES, item())
        + section(f"{SINGLES}\npractice = true\npass_mark = 0.5", item(), name="two"),
        {"sections[1].pass_mark": "needs an item with a truth"},
    ),
    "missing for feedback": (
        asks(item(), fields=f"{SINGLES}\nfeedback = true"),
        {"sections[0].feedback": "needs an item with a truth"},
    ),
    "told to those who may go back": (
        asks(item(truth='"grade"'), fields=f"{SINGLES}\nfeedback = true\nallow_back = true"),
        {"sections[0].feedback": "is true beside allow_back"},
    ),
    "told to those who may go back in every section": (
        asks(item(truth='"grade"'), fields=f"{SINGLES}\nfeedback = true") + "[reading]\nallow_back = true\n",
        {"sections[0].feedback": "is true beside allow_back"},
    ),
}
RIGHT = item(options='["real", "synthetic"]', truth='"kind"')
STEPS = "start_ms = 250, min_ms = 50, max_ms = 500, down = 2, down_ms = 30, up = 1, up_ms = 40, reversals = 8"


PRIMARY = """
[[endpoints]]
name = "primary"
role = "primary"
of = "one.q"
what = "accuracy"
against = 0.5
"""


def staircase(steps: str = STEPS, *, asked: str = RIGHT, of: str = "q", more: str = "") -> str:
    return asks(asked, fields=f'{SINGLES}\nstaircase = {{ item = "{of}", {steps} }}\n{more}')


TIME = {
    "an exposure below a frame": (
        asks(item(), fields=f"{SINGLES}\nexposure_ms = 16"),
        {"sections[0].exposure_ms": "is 16; it has to be 0, or 17 and more"},
    ),
    "an exposure below nothing": (
        asks(item(), fields=f"{SINGLES}\nexposure_ms = -5"),
        {"sections[0].exposure_ms": "is -5; it has to be a whole number from 0"},
    ),
    "a limit that ends before it begins": (
        asks(item(), fields=f"{SINGLES}\nmin_view_ms = 500\nanswer_within_ms = 500"),
        {"sections[0].answer_within_ms": "is 500; it has to be above min_view_ms = 500"},
    ),
    "an exposure beside a staircase": (
        staircase(more="exposure_ms = 100"),
        {"sections[0].exposure_ms": "stands beside a staircase"},
    ),
    "a look at a staircase whose length is an accuracy": (
        staircase() + PRIMARY + "[looks]\nat = [50]\n",
        {"looks": "how often readers were right. Say reversals = 0"},
    ),
    "a staircase on an item without a truth": (
        staircase(asked=item()),
        {"sections[0].staircase.item": "is 'q', which has no truth"},
    ),
    "a staircase on an item that is not asked": (
        staircase(of="r"),
        {"sections[0].staircase.item": "is 'r', which is not asked here"},
    ),
    "a staircase on an item that can be left out": (
        staircase(asked=RIGHT + ", required = false"),
        {"sections[0].staircase.item": "is not asked and answered every time"},
    ),
    "a staircase with a step of nothing": (
        staircase(STEPS.replace("down_ms = 30", "down_ms = 0")),
        {"sections[0].staircase.down_ms": "is 0; it has to be a whole number from 1"},
    ),
    "a staircase after no answers": (
        staircase(STEPS.replace("up = 1", "up = 0")),
        {"sections[0].staircase.up": "is 0; it has to be a whole number from 1"},
    ),
    "a staircase that cannot move": (
        staircase(STEPS.replace("min_ms = 50", "min_ms = 500")),
        {"sections[0].staircase.min_ms": "is 500, not below max_ms = 500"},
    ),
    "a staircase that begins outside": (
        staircase(STEPS.replace("start_ms = 250", "start_ms = 40")),
        {"sections[0].staircase.start_ms": "is 40; it has to be from min_ms = 50 to 500"},
    ),
    "a staircase below a frame": (
        staircase(STEPS.replace("min_ms = 50", "min_ms = 10")),
        {"sections[0].staircase.min_ms": "is 10; it has to be a whole number from 17"},
    ),
    "a staircase with a way back": (
        staircase(more="allow_back = true"),
        {"sections[0].allow_back": "stands beside a staircase"},
    ),
    "a staircase with repeats": (
        staircase(more="repeats = 2"),
        {"sections[0].repeats": "stands beside a staircase"},
    ),
    "a staircase in practice": (
        staircase(more="practice = true") + section(SINGLES, item("r"), name="two"),
        {"sections[0].practice": "stands beside a staircase"},
    ),
}
CASES: Cases = {
    f"{about}: {name}": case
    for about, cases in {"truth": TRUTH, "time": TIME}.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_named_in_its_field_and_its_line_and_nothing_follows_from_it(name: str) -> None:
    assert_refused(*CASES[name])
