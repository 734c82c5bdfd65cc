"""Items that make no sense, by themselves or beside others."""

import pytest

from readerstudy.studies.protocol import examine
from tests.readerstudy.studies.written_protocols import (
    PAIRS,
    SINGLES,
    Cases,
    asks,
    assert_refused,
    item,
    section,
)

NAMES = {
    "a source of an unknown kind": (
        asks(item(kind="pick", target='"real"'), fields=f'task = "pick_real"\n{PAIRS}').replace(
            'kind = "real"', 'kind = "reel"'
        ),
        {"sources[0].kind": "is 'reel'; allowed are real, synthetic"},
    ),
    "two sources of one name": (
        asks(item(kind="pick"), fields=PAIRS).replace('name = "gan"', 'name = "real"'),
        {"sources[2].name": "is 'real', but the source is synthetic", "sources": "names 'real' 2 times"},
    ),
    "a source named real that is synthetic": (
        asks(item()).replace('name = "real"\nkind = "real"', 'name = "real"\nkind = "synthetic"'),
        {"sources[0].name": "is 'real', but the source is synthetic"},
    ),
    "a label named kind": (
        asks(item()).replace("grade =", "kind ="),
        {"values.kind": "names the label 'kind', which stands for the kind of an image itself"},
    ),
    "an item twice": (
        asks(item(), item()),
        {"sections[0].items[1].name": "is 'q', which the section asks twice"},
    ),
    "an item named as one of its task": (
        asks(item("call"), fields=f'task = "call"\n{SINGLES}'),
        {".name": "is 'call', which the section asks twice"},
    ),
    "one name with other options": (
        asks(item()) + section(SINGLES, item(options='["a", "c"]'), name="two"),
        {"sections[1].items[0].name": "with another list of options than section 'one'"},
    ),
    "one name of another thing": (
        asks(item()) + section(SINGLES, item(of='"trial"'), name="two"),
        {"sections[1].items[0].name": "with another of than section 'one'"},
    ),
    "one name of another kind": (
        asks(item()) + section(SINGLES, item(kind="text"), name="two"),
        {"sections[1].items[0].name": "with another kind than section 'one'"},
    ),
    "one name with other points": (
        asks(item(kind="scale")) + section(SINGLES, item(kind="scale", scale='"five"'), name="two"),
        {"sections[1].items[0].name": "with another points than section 'one'"},
    ),
    "one name in another unit": (
        asks(item(kind="number", unit='"mm"'))
        + section(SINGLES, item(kind="number", unit='"cm"'), name="two"),
        {"sections[1].items[0].name": "with another unit than section 'one'"},
    ),
    "a name with a space": (asks(item("two words")), {".name": "names have letters, digits, - and _ only"}),
}
KINDS = {
    "an unknown kind": (
        asks(item(kind="slide", options='["a"]', min="3", scale='"x"', target='"y"')),
        {".kind": "is 'slide'; allowed are scale, choice, choices, number, text, pick"},
    ),
    "an unknown task": (
        asks(item(), fields='task = "guess"\ncompose = { real = 1 }\nconfidence = 3\nlabels = ["a"]'),
        {"sections[0].task": "is 'guess'; allowed are pick_real, call, rate, check_label, ask"},
    ),
    "an unknown field": (
        asks(item(optoins='["a"]')),
        {".optoins": "is not a field of a protocol. Did you mean options?"},
    ),
    "a field of another kind": (
        asks(item(kind="text", options='["a", "b"]', min="1")),
        {
            ".options": "belongs to items of kind choice, choices; this item",
            ".min": "belongs to items of kind number; this item is of kind text",
        },
    ),
    "labels in a section that checks none": (
        asks(item(), fields=f'{SINGLES}\nlabels = ["grade"]'),
        {"sections[0].labels": "belongs to check_label sections; this one is ask"},
    ),
    "confidence outside a call": (
        asks(item(), fields=f"{SINGLES}\nconfidence = 4"),
        {"sections[0].confidence": "belongs to call sections; this one is ask"},
    ),
    "a pick of an image": (
        asks(item(kind="pick", of='"image"'), fields=PAIRS),
        {".of": "a pick compares the images of a trial"},
    ),
    "a mark of a section": (asks(item(kind="mark", of='"section"')), {".of": "a mark is made on an image"}),
    "items that are no list": (
        asks(fields=f'{SINGLES}\nitems = "q"'),
        {"sections[0].items": "has to be one or more tables, written as [[sections[0].items]]"},
    ),
    "an item that is no table": (
        asks(fields=f'{SINGLES}\nitems = ["q"]'),
        {"sections[0].items[0]": "is 'q'; it has to be a table"},
    ),
    "words for other values than those of the label": (
        asks(item()) + '\n[[labels]]\nname = "grade"\nwords = ["none"]\n',
        {"labels[0].words": "has 1 texts, but [values] lists 3 for 'grade'"},
    ),
    "a scale that does not exist": (
        asks(item(kind="scale", scale='"six"')),
        {".scale": "names 'six'; the scales are: five"},
    ),
    "a scale beside points": (
        asks(item(kind="scale", scale='"five"', points="[1, 2]", labels='["a", "b"]')),
        {".scale": "stands beside points and labels"},
    ),
    "points that do not rise": (
        asks(item(kind="scale", points="[1, 3, 2]", labels='["a", "b"]')),
        {".points": "has to be 2 to 11 rising whole numbers"},
    ),
    "one point": (
        asks(item(kind="scale", points="[1]", labels='["a"]')),
        {".points": "has to be 2 to 11 rising whole numbers"},
    ),
    "twelve points": (
        asks(item()).replace("[1, 2, 3, 4, 5]", str(list(range(12)))),
        {"scales[0].points": "has to be 2 to 11 rising whole numbers"},
    ),
    "three labels for four points": (
        asks(item(kind="scale", points="[1, 2, 3, 4]", labels='["a", "b", "c"]')),
        {".labels": "has 3 words for 4 points; give one each, or two for the ends"},
    ),
    "one option": (asks(item(options='["a"]')), {".options": "is a list of 1; give two options or more"}),
    "an option twice": (
        asks(item(options='["a", "b", { value = "a", text = "c" }]')),
        {".options": "has 'a' twice"},
    ),
    "no options": (
        asks('name = "q", kind = "choice", ask = "?"'),
        {".options": "is missing; it has to be a list of texts"},
    ),
    "options of a label without values": (
        asks(item(options='"stage"')),
        {".options": "is 'stage'; the labels that [values] lists: diagnosis, grade"},
    ),
    "an option with another field": (
        asks(item(options='["b", { value = "a", label = "c" }]')),
        {".options[1].label": "is not a field of a protocol"},
    ),
    "one step of confidence": (
        asks(item(confidence="1")),
        {".confidence": "is 1; give the number of steps from 2 to 9"},
    ),
    "ten steps of confidence": (
        asks(item(confidence="10")),
        {".confidence": "is 10; it has to be a whole number from 0 to 9"},
    ),
    "min above max": (
        asks(item(kind="number", min="5", max="5")),
        {".min": "is 5, which is not below max = 5"},
    ),
    "a step of nothing": (asks(item(kind="number", step="0")), {".step": "is 0; it has to be above 0"}),
    "a slider without ends": (
        asks(item(kind="number", slider="true")),
        {".slider": "is true; a slider needs min and max"},
    ),
    "least above most": (
        asks(item(kind="mark", least="3", most="2")),
        {".least": "is 3, more than most = 2"},
    ),
    "more than there are options": (
        asks(item(kind="choices", options='["a", "b"]', most="3")),
        {".most": "is 3; it has to be a whole number from 1 to 2"},
    ),
    "within below nothing": (
        asks(item(kind="number", truth='"age"', within="-1")),
        {".within": "is -1; it has to be a number from 0"},
    ),
    "within without a truth": (
        asks(item(kind="number", within="1")),
        {".within": "belongs to items with a truth"},
    ),
    "millimetres without a spacing": (
        asks(item(kind="measure", what='"distance"', unit='"mm"')),
        {".unit": "is 'mm', but the canvas has no spacing_mm"},
    ),
    "degrees for a distance": (
        asks(item(kind="measure", what='"distance"', unit='"degrees"')),
        {".unit": "is 'degrees'; the unit of a distance is mm or px"},
    ),
    "pixels for an angle": (
        asks(item(kind="measure", what='"angle"', unit='"px"')),
        {".unit": "is 'px'; the unit of an angle is degrees"},
    ),
    "a measure of nothing": (
        asks(item(kind="measure")),
        {".what": "is missing; it has to be one of distance, angle"},
    ),
    "no answer that is no text": (
        asks(item(kind="prefer", none="3"), fields=PAIRS),
        {".none": "is 3; it has to be a text"},
    ),
    "an item without a question": (
        asks('name = "q", kind = "text"'),
        {".ask": "is missing; it has to be a text"},
    ),
}
ON_P = '{ item = "p", is = ["A"] }'
WHEN = {
    "an item below": (
        asks(item(when='{ item = "r", is = ["a"] }'), item("r")),
        {".when.item": "is 'r', an item below; the items above it are: none"},
    ),
    "itself": (asks(item(when='{ item = "q", is = ["a"] }')), {".when.item": "is 'q', the item itself"}),
    "an item of another section": (
        asks(item()) + section(SINGLES, item("r", when='{ item = "q", is = ["a"] }'), name="two"),
        {"sections[1].items[0].when.item": "is 'q', which this section does not ask"},
    ),
    "a pick": (
        asks(item("p", kind="pick"), item(of='"trial"', when=ON_P), fields=PAIRS),
        {"sections[0].items[1].when.item": "is 'p', a pick; a condition cannot look at a pick"},
    ),
    "a rank": (
        asks(item("p", kind="rank"), item(of='"trial"', when=ON_P), fields=PAIRS),
        {"sections[0].items[1].when.item": "is 'p', a rank"},
    ),
    "the pick of the task": (
        asks(item(of='"trial"', when='{ item = "pick", is = ["A"] }'), fields=f'task = "pick_real"\n{PAIRS}'),
        {".when.item": "is 'pick', a pick"},
    ),
    "one of several images": (
        asks(item(), item("r", of='"trial"', when='{ item = "q", is = ["a"] }'), fields=PAIRS),
        {"sections[0].items[1].when.item": "is 'q', asked of each of several images"},
    ),
    "each image of the section": (
        asks(item(), item("r", of='"section"', when='{ item = "q", is = ["a"] }')),
        {"sections[0].items[1].when.item": "is 'q', asked of each image; a section item looks"},
    ),
    "no answer in particular": (
        asks(item(), item("r", when='{ item = "q" }')),
        {"sections[0].items[1].when.item": "is not enough; say with is, at_least or at_most"},
    ),
    "values and limits": (
        asks(item(kind="number"), item("r", when='{ item = "q", is = [1], at_least = 2 }')),
        {"sections[0].items[1].when.is": "stands beside at_least or at_most"},
    ),
    "an option that is none": (
        asks(item(), item("r", when='[{ item = "q", is = ["a"] }, { item = "q", is = ["c"] }]')),
        {"sections[0].items[1].when[1].is": "names 'c'; 'q' can be a, b"},
    ),
    "a limit of options": (
        asks(item(), item("r", when='{ item = "q", at_least = 2 }')),
        {"sections[0].items[1].when.at_least": "belongs to numbers; 'q' is a choice"},
    ),
    "an item of an unknown kind": (
        asks(item(kind="slide"), item("r", when='{ item = "q", at_least = 2 }')),
        {".kind": "is 'slide'"},
    ),
}
CASES: Cases = {
    f"{about}: {name}": case
    for about, cases in {"names": NAMES, "kinds": KINDS, "when": WHEN}.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_named_in_its_field_and_its_line_and_nothing_follows_from_it(name: str) -> None:
    assert_refused(*CASES[name])


def test_all_mistakes_are_named_at_once() -> None:
    text = asks(
        item(options='["a"]', confidence="12"),
        item("r", kind="number", min="3", max="2", truth='"kind"'),
        fields=f"{SINGLES}\nexposure_ms = 3\nallow_bcak = true",
    )
    assert {problem.field for problem in examine(text).problems} == {
        "sections[0].items[0].options",
        "sections[0].items[0].confidence",
        "sections[0].items[1].min",
        "sections[0].exposure_ms",
        "sections[0].allow_bcak",
    }
