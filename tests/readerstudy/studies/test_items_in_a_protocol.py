"""What the second edition's grammar says: items, screens, arms and endpoints, and which images they need."""

import pytest

from readerstudy.studies.protocol import ProtocolDocument, parse_protocol
from readerstudy.studies.protocol.items import Item
from tests.readerstudy.studies.written_protocols import HEAD, PAIRS, SINGLES, asks, item, section


def parsed(text: str) -> ProtocolDocument:
    return parse_protocol(text)


def one(*items: str, fields: str = SINGLES) -> Item:
    """The first item of a protocol that asks these."""
    return parsed(asks(*items, fields=fields)).section("one").items[0]


def test_items_may_stand_in_a_line_or_in_tables_of_their_own() -> None:
    inline = asks('name = "q", kind = "scale", ask = "?", scale = "five"')
    tables = asks() + '[[sections.items]]\nname = "q"\nkind = "scale"\nask = "?"\nscale = "five"\n'
    assert parsed(inline).section("one").items == parsed(tables).section("one").items


def test_a_scale_is_the_named_one_its_own_or_the_one_of_the_study() -> None:
    named = one(item(kind="scale", scale='"five"')).scale
    own = one(item(kind="scale", points="[-2, 0, 2]", labels='["bad", "good"]')).scale
    usual = one(item(kind="scale")).scale
    assert named is not None
    assert (named.name, named.points) == ("five", (1, 2, 3, 4, 5))
    assert own is not None
    assert (own.points, own.labels) == ((-2, 0, 2), ("bad", "good"))
    assert usual is not None
    assert usual.labels[0] == "unrealistic"


def test_options_hold_values_and_say_texts() -> None:
    spoken = one(
        item(options='["a", { value = "4A", text = { en = "four", de = "vier" } }, { en = "x", de = "y" }]')
    )
    assert spoken.values == ("a", "4A", "x")
    assert [option.text.in_language("de") for option in spoken.options] == ["a", "vier", "y"]
    assert one(item(options='"diagnosis"')).values == ("normal", "pneumonia", "effusion")


def test_a_text_in_one_language_serves_all() -> None:
    title = parsed(
        asks(item()).replace("seed = 7", 'seed = 7\npublic_title = { en = "A", de = "B" }')
    ).public_title
    assert (str(title), title.in_language("de"), title.in_language("fr")) == ("A", "B", "A")
    assert one(item()).ask.in_language("de") == "?"


def test_none_is_true_or_a_text() -> None:
    assert one(item(kind="prefer", none="true"), fields=PAIRS).none.in_language("de") == "Keine Präferenz"
    assert one(item(kind="prefer", none='"Both"'), fields=PAIRS).none == "Both"
    assert one(item(kind="prefer"), fields=PAIRS).none == ""


def test_comparing_items_are_of_the_trial_and_others_of_the_image() -> None:
    assert one(item(kind="rank"), fields=PAIRS).of == "trial"
    assert one(item()).of == "image"


def test_items_of_a_section_without_images_are_of_the_section() -> None:
    document = parsed(asks(item(), item("p", "text"), fields=""))
    assert [asked.of for asked in document.sections[0].items] == ["section", "section"]


def test_a_condition_looks_at_values_or_limits_above() -> None:
    section = parsed(
        asks(
            item(kind="scale", scale='"five"'),
            item("r", when='[{ item = "q", is = [4, 5] }, { item = "q", at_least = 4 }]'),
        )
    ).section("one")
    first, second = section.item("r").when
    assert (first.values, second.at_least, second.at_most) == (("4", "5"), 4.0, None)


def test_a_trial_item_may_look_at_the_one_image_of_its_screen() -> None:
    assert one(item("r", of='"trial"'), item(of='"trial"', when='{ item = "r", is = ["a"] }'), fields=PAIRS)
    assert one(item("r"), item(of='"trial"', when='{ item = "r", is = ["a"] }'))


def test_the_tasks_are_short_for_items_that_stand_before_the_others() -> None:
    text = asks(item(), fields=f'task = "call"\nconfidence = 4\nrate = true\n{SINGLES}')
    names = [asked.name for asked in parsed(text).section("one").items]
    assert names == ["call", "rating", "q"]
    checked = parsed(asks(fields=f'task = "check_label"\nlabels = ["grade"]\n{SINGLES}')).section("one")
    assert checked.item("observed-grade").values == ("0", "1", "2")


def test_a_task_of_several_images_is_asked_as_items() -> None:
    called = parsed(asks(fields=f'task = "call"\nconfidence = 4\n{PAIRS}')).section("one")
    assert (called.task, called.item("call").task, called.item("call").confidence) == ("ask", "", 4)
    checked = parsed(asks(fields=f'task = "check_label"\nlabels = ["grade"]\n{PAIRS}')).section("one")
    assert (checked.task, checked.tells, checked.labels) == ("ask", ("grade",), ())
    quartets = parsed(asks(fields=f'task = "pick_real"\n{PAIRS}')).section("one")
    assert (quartets.task, quartets.item("pick").task) == ("pick_real", "pick_real")


def test_kinds_of_screen_come_in_equal_shares() -> None:
    document = parsed(
        asks(item(), fields="show = { same = { real = 2 }, mixed = { real = 1, ddpm = 1 } }\ntrials = 8")
    )
    screens = document.section("one").screens
    assert [(screen.name, dict(screen.show), screen.trials) for screen in screens] == [
        ("same", {"real": 2}, 4),
        ("mixed", {"real": 1, "ddpm": 1}, 4),
    ]
    assert (document.images_needed("real"), document.images_needed("ddpm")) == (12, 4)


def test_sources_are_drawn_in_all_combinations_equally_often() -> None:
    document = parsed(asks(item(), fields="show = { real = 1, ddpm = 1, gan = 1 }\ndraw = 2\ntrials = 6"))
    screens = document.section("one").screens
    assert [(set(screen.show), screen.trials) for screen in screens] == [
        ({"real", "ddpm"}, 2),
        ({"real", "gan"}, 2),
        ({"ddpm", "gan"}, 2),
    ]
    assert document.section("one").alternatives == 2
    assert document.images_needed("gan") == 4


def test_trials_may_be_left_out_where_the_counts_tell() -> None:
    document = parsed(asks(item()) + section('reuse = "one"', item(), name="two"))
    assert document.section("one").trials == document.section("two").trials == 12


def test_what_is_reused_needs_no_images() -> None:
    text = (
        asks(item())
        + section('reuse = "one"', item(), name="two")
        + section('reuse = "two"\nshow = { real = 1, ddpm = 1 }\ntrials = 5', item("r"), name="three")
    )
    document = parsed(text)
    assert document.images_needed("real") == 6
    assert document.section("two").shown_screens == document.section("one").screens
    assert document.section("three").alternatives == 2


def test_a_reference_is_one_image_more_on_each_screen() -> None:
    fields = 'compose = { ddpm = 6 }\nreference = "real"'
    document = parsed(
        asks(item(), fields=fields)
        + section('reuse = "one"', item(), name="two")
        + section("compose = { real = 2 }", item("r"), name="three")
        + section('reuse = "three"\nreference = "gan"', item("r"), name="four")
    )
    assert document.section("two").reference == "real"
    assert document.section("one").alternatives == 1
    assert {name: document.images_needed(name) for name in ("real", "ddpm", "gan")} == {
        "real": 8,
        "ddpm": 6,
        "gan": 2,
    }


def test_catch_trials_look_like_the_first_kind_of_screen() -> None:
    document = parsed(asks(item(), fields=f"{PAIRS}\ncatch = 2"))
    assert dict(document.section("one").catch_show(document)) == {"real": 1, "ddpm": 1}
    assert document.images_needed("ddpm") == 8
    single = parsed(asks(item(), fields=f"{SINGLES}\ncatch = 2"))
    assert dict(single.section("one").catch_show(single)) == {"ddpm": 1}


def test_section_items_are_one_page_more() -> None:
    text = asks(item(), item("r", of='"section"')) + section("", item("r", of='"section"'), name="two")
    document = parsed(text)
    assert [part.read_by_each for part in document.sections] == [13, 1]
    assert [len(part.section_items) for part in document.sections] == [1, 1]
    assert document.section("two").screens == ()


def test_a_section_says_otherwise_than_the_study() -> None:
    fields = (
        f'{SINGLES}\nwashout_days = 14\nreasons = ["edge"]\nspots = false\nallow_back = true\nbreak_after = 0'
    )
    reading = '[reading]\nreasons = ["noise"]\nspots = true\nbreak_after = 9\n'
    text = asks(item(), fields=fields) + section(SINGLES, item(), name="two") + reading
    first, second = parsed(text).sections
    assert (first.washout_days, first.reasons, first.spots) == (14, ("edge",), False)
    assert (first.allow_back, first.break_after) == (True, None)
    assert (second.washout_days, second.reasons, second.spots) == (0, ("noise",), True)
    assert (second.allow_back, second.break_after) == (False, 9)


def test_margins_are_open_where_the_protocol_gives_none() -> None:
    assert parsed(asks(item())).margins.detection is None
    assert parsed(asks(item()) + "[margins]\nrealism = 0.5\n").margins.realism == 0.5


def test_places_are_dealt_to_arms_in_turn() -> None:
    text = asks(item()) + section(SINGLES, item(), name="two")
    text += (
        '[[arms]]\nname = "a"\nsections = ["one", "two"]\n[[arms]]\nname = "b"\nsections = ["two", "one"]\n'
    )
    document = parsed(text)
    assert [arm and arm.name for arm in map(document.arm_of, (1, 2, 3))] == ["a", "b", "a"]


def test_an_endpoint_compares_sources_kinds_or_sections() -> None:
    text = asks(item()) + section(SINGLES, item(), name="two")
    end = '[[endpoints]]\nname = "{}"\nof = "one.q"\nwhat = "share"\noption = "a"\n{}\n'
    text += end.format("a", 'compare = ["ddpm", "real"]\ntest = "equivalence"\nmargin = 0.1')
    text += end.format("b", 'compare = ["synthetic", "real"]\nrole = "primary"')
    text += end.format("c", 'compare = ["two", "one"]') + end.format("d", 'against = 0.5\nbetter = "lower"')
    first, second, third, fourth = parsed(text).endpoints
    assert (first.margin, second.role, third.compare, fourth.against) == (0.1, "primary", ("two", "one"), 0.5)


def test_synthetic_is_positive_where_the_truth_is_the_kind() -> None:
    assert one(item(options='["real", "synthetic"]', truth='"kind"')).positive == ("synthetic",)
    assert one(item(kind="scale", truth='"kind"')).positive == ("synthetic",)


@pytest.mark.parametrize(
    ("what", "spacing", "unit"),
    [("distance", "", "px"), ("distance", "spacing_mm = 0.2", "mm"), ("angle", "", "degrees")],
)
def test_a_measure_is_in_the_finest_unit_there_is(what: str, spacing: str, unit: str) -> None:
    text = asks(item(kind="measure", what=f'"{what}"')).replace("height = 64", f"height = 64\n{spacing}")
    assert parsed(text).section("one").items[0].unit == unit


def test_two_hundred_items_in_twenty_sections_are_a_protocol() -> None:
    kinds = [item(f"q{i}-{j}", kind="scale", scale='"five"') for i in range(20) for j in range(10)]
    text = HEAD + "".join(
        section(SINGLES, *kinds[10 * i : 10 * i + 10], name=f"section-{i}") for i in range(20)
    )
    assert sum(len(part.items) for part in parsed(text).sections) == 200
