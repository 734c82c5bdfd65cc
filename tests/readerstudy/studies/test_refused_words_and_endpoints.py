"""Texts, canvases, arms and endpoints that cannot be."""

import pytest

from tests.readerstudy.studies.written_protocols import (
    PAIRS,
    SINGLES,
    Cases,
    asks,
    assert_refused,
    item,
    section,
)

WORDS = {
    "a language that is not listed": (
        asks(item(help='{ en = "a", de = "b", fr = "c" }')),
        {".help": "has a text in 'fr'; the study's languages are en, de"},
    ),
    "a language that is lacking": (
        asks('name = "q", kind = "text", ask = { en = "a" }'),
        {".ask": "lacks a text in 'de'"},
    ),
    "a text that is a number": (
        asks('name = "q", kind = "text", ask = { en = "a", de = 3 }'),
        {".ask.de": "is 3; it has to be a text in quotation marks"},
    ),
    "a title in one language": (
        asks(item()).replace("seed = 7", 'seed = 7\npublic_title = { en = "a" }'),
        {"study.public_title": "lacks a text in 'de'"},
    ),
    "an option in one language": (
        asks(item(options='["a", { value = "b", text = { de = "c" } }]')),
        {".options[1].text": "lacks a text in 'en'"},
    ),
    "a language that is none": (
        asks(item()).replace('["en", "de"]', '["english"]'),
        {"study.languages": "names 'english'; a language is a code such as en, de or pt-br"},
    ),
    "colour with 16 bits": (
        asks(item()).replace("height = 64", 'height = 64\nmode = "colour"\nbits = 16'),
        {"canvas.bits": "is 16, and the canvas is in colour"},
    ),
    "no frames": (
        asks(item()).replace("height = 64", "height = 64\nframes = 0"),
        {"canvas.frames": "is 0; it has to be a whole number from 1"},
    ),
    "a cine of stills": (
        asks(item()).replace("height = 64", 'height = 64\nplay = "cine"'),
        {"canvas.play": "belongs to images of several frames"},
    ),
    "a cine without a rate": (
        asks(item()).replace("height = 64", 'height = 64\nframes = 9\nplay = "cine"'),
        {"canvas.rate_hz": "is missing; a cine needs its frames a second"},
    ),
    "a rate of a stack": (
        asks(item()).replace("height = 64", "height = 64\nframes = 9\nrate_hz = 5"),
        {"canvas.rate_hz": "belongs to a cine"},
    ),
    "more pixels than fit into memory": (
        asks(item()).replace("64", "4096").replace("[[sources]]", "frames = 100\n[[sources]]", 1),
        {"canvas.frames": "is impossible. One image of the canvas has"},
    ),
}
TWO = asks(item()) + section(SINGLES, item(), name="two")


def arms(*said: str) -> str:
    return TWO + "".join(f"[[arms]]\n{one}\n" for one in said)


ARMS = {
    "an unknown section": (
        arms('name = "a"\nsections = ["one", "three", "two"]'),
        {"arms[0].sections": "names 'three'; the sections are one, two"},
    ),
    "a section twice": (
        arms('name = "a"\nsections = ["one", "two", "one"]'),
        {"arms[0].sections": "has the same entry twice, as numbers 1 and 3"},
    ),
    "a section that nobody reads": (
        arms('name = "a"\nsections = ["one"]', 'name = "b"\nsections = ["one"]'),
        {"arms": "leaves out section 'two'; every section is read by an arm"},
    ),
    "no section": (
        arms('name = "a"\nsections = []', 'name = "b"\nsections = ["one", "two"]'),
        {"arms[0].sections": "is empty; the sections are one, two"},
    ),
    "two arms of one name": (
        arms('name = "a"\nsections = ["one", "two"]', 'name = "a"\nsections = ["two", "one"]'),
        {"arms": "names 'a' 2 times"},
    ),
}


def endpoint(of: str = '"one.q"', what: str = '"share"', option: str = '"a"', **more: str) -> str:
    fields = {"name": '"e"', "of": of, "what": what, "option": option, "compare": '["ddpm", "real"]'} | more
    lines = "\n".join(f"{key} = {value}" for key, value in fields.items() if value)
    return f"{asks(item(), item('p', kind='text'))}[[endpoints]]\n{lines}\n"


KINDS = "show = { x = { real = 2 }, y = { real = 1, ddpm = 1 } }\ntrials = 4"
COMPARES = """[[endpoints]]
name = "e"
of = "one.q"
what = "accuracy"
compare = ["ddpm", "real"]
"""
ENDPOINTS = {
    "of an unknown section": (
        endpoint(of='"three.q"'),
        {"endpoints[0].of": "names the section 'three'; the sections are: one"},
    ),
    "of an unknown item": (
        endpoint(of='"one.x"'),
        {"endpoints[0].of": "names the item 'x'; the items of section 'one' are: q, p"},
    ),
    "of a section alone": (
        endpoint(of='"one"'),
        {"endpoints[0].of": "is 'one'; it has to be \"section.item\", such as one.q, one.p."},
    ),
    "of an item alone": (
        endpoint(of='"p"'),
        {"endpoints[0].of": "is 'p'; it has to be \"section.item\", such as one.p."},
    ),
    "of an unknown thing": (
        endpoint(what='"weight"'),
        {"endpoints[0].what": "is 'weight'; allowed are mean, auc, kappa"},
    ),
    "of a thing that the kind has not": (
        endpoint(what='"mean"', option=""),
        {"endpoints[0].what": "of a choice: accuracy, sensitivity, specificity, auc, share"},
    ),
    "of a text": (
        endpoint(of='"one.p"', what='"mean"', option=""),
        {"endpoints[0].what": "what can be decided of a text: none"},
    ),
    "of an accuracy without a truth": (
        endpoint(what='"accuracy"', option=""),
        {"endpoints[0].what": "is 'accuracy', but 'q' has no truth"},
    ),
    "of an unknown option": (
        endpoint(option='"c"'),
        {"endpoints[0].option": "is 'c'; the options of 'q' are a, b"},
    ),
    "of a share of nothing": (
        endpoint(option=""),
        {"endpoints[0].option": "is missing; the options of 'q' are a, b"},
    ),
    "that compares nothing": (
        endpoint(compare=""),
        {"endpoints[0].compare": "is missing; name two sources, kinds or sections, or give against"},
    ),
    "that compares and holds against": (
        endpoint(against="0.5"),
        {"endpoints[0].against": "stands beside compare"},
    ),
    "that compares three": (endpoint(compare='["a", "b", "c"]'), {"endpoints[0].compare": "has to name two"}),
    "that compares what is not shown": (
        endpoint(compare='["gan", "real"]'),
        {"endpoints[0].compare": "names 'gan'; it has to name two of a sort. Here there are sources: real"},
    ),
    "that compares the sources of a whole screen": (
        asks(item(of='"trial"', truth='"screen"', options='["x", "y"]'), fields=KINDS) + COMPARES,
        {"endpoints[0].compare": "has to name two of a sort. Here there are sources: none; kinds: none;"},
    ),
    "that compares the worth of kinds": (
        asks(item(kind="prefer"), fields=PAIRS)
        + COMPARES.replace("accuracy", "worth").replace('["ddpm", "real"]', '["synthetic", "real"]'),
        {"endpoints[0].compare": "names 'synthetic'; it has to name two of a sort. Here there are sources:"},
    ),
    "that compares a source with a section": (
        endpoint(compare='["real", "one"]'),
        {"endpoints[0].compare": "has to name two of a sort"},
    ),
    "without a margin": (
        endpoint(test='"equivalence"'),
        {"endpoints[0].margin": "is missing; equivalence needs one"},
    ),
    "with a margin that tests nothing": (
        endpoint(margin="0.1"),
        {"endpoints[0].margin": "belongs to the tests non_inferiority and equivalence"},
    ),
    "with an unknown test": (
        endpoint(test='"guess"', margin="0.1"),
        {"endpoints[0].test": "is 'guess'; allowed are difference, superiority"},
    ),
    "of an unknown role": (
        endpoint(role='"tertiary"'),
        {"endpoints[0].role": "is 'tertiary'; allowed are primary, secondary"},
    ),
    "of an item of an unknown kind": (
        endpoint().replace('kind = "choice"', 'kind = "slide"'),
        {".kind": "is 'slide'"},
    ),
}


def looks(lines: str, role: str = '"primary"') -> str:
    return f"{endpoint(role=role)}[looks]\n{lines}\n"


LOOKS = {
    "that fall": (looks("at = [60, 40]"), {"looks.at": "is [60, 40]; looks have to rise"}),
    "at the end": (looks("at = [50, 100]"), {"looks.at": "a look is at 10 to 95 percent of the answers"}),
    "too many": (looks("at = [10, 20, 30, 40, 50, 60]"), {"looks.at": "names 6 looks; there can be 5"}),
    "in shares": (looks("at = [0.5]"), {"looks.at": "is [0.5]; it has to be a list of whole numbers"}),
    "that spend otherwise": (
        looks('at = [50]\nspending = "haybittle"'),
        {"looks.spending": "is 'haybittle'; allowed are obrien-fleming, pocock"},
    ),
    "at nothing that decides": (
        looks("at = [50]", role='"secondary"'),
        {"looks": "needs one primary endpoint, which the looks are about; the protocol declares 0"},
    ),
}
CASES: Cases = {
    f"{about}: {name}": case
    for about, cases in {"words": WORDS, "arms": ARMS, "endpoints": ENDPOINTS, "looks": LOOKS}.items()
    for name, case in cases.items()
}


@pytest.mark.parametrize("name", CASES)
def test_it_is_named_in_its_field_and_its_line_and_nothing_follows_from_it(name: str) -> None:
    assert_refused(*CASES[name])
