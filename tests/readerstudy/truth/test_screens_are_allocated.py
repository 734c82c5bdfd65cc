"""Screens of every kind are planned: in equal shares, drawn, matched, beside a reference, shown again."""

import secrets
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence

import pytest

from readerstudy.studies.protocol import ProtocolDocument, parse_protocol
from readerstudy.truth.allocation import PlanDocument, PlannedSection, PlannedTrial, Pooled, make_plan
from readerstudy.truth.errors import LabelsDoNotFit, NotEnoughImages

HEAD = """
[study]
title = "Chest films"
seed = 7
readers = 4
places = 8
[canvas]
width = 64
height = 64
bits = 8
[[sources]]
name = "film"
kind = "real"
[[sources]]
name = "ddpm"
kind = "synthetic"
[[sources]]
name = "gan"
kind = "synthetic"
[values]
grade = ["0", "1", "2", "3"]
"""
QUALITY = '{ name = "quality", kind = "scale", ask = "Quality" }'
BETTER = '{ name = "better", kind = "prefer", ask = "Which is better?" }'
NOTICED = '{ name = "noticed", kind = "text", of = "section", ask = "Anything unusual?", required = false }'


def section(name: str, *lines: str, items: Sequence[str] = (QUALITY,)) -> str:
    asked = f"items = [ {', '.join(items)} ]" if items else ""
    return "\n".join(["[[sections]]", f'name = "{name}"', *lines, asked, ""])


def protocol(*sections: str) -> ProtocolDocument:
    return parse_protocol(HEAD + "".join(sections))


def pools(count: int = 40, patients: int = 0) -> dict[str, list[Pooled]]:
    """Images of each source: numbered in `case`, by fours in `grade`, in groups if there are patients."""
    return {
        source: [
            Pooled(
                image=f"{source}-{n}",
                labels={"grade": str(n % 4), "case": f"c{n}", "view": "pa" if n % 3 else "lateral"},
                group=f"p{n % patients}" if patients else "",
            )
            for n in range(count)
        ]
        for source in ("film", "ddpm", "gan")
    }


def plan(document: ProtocolDocument, images: dict[str, list[Pooled]] | None = None) -> PlanDocument:
    """With another secret each time: what is said of a plan has to hold for every one."""
    return make_plan(document, "0" * 64, pools() if images is None else images, key=secrets.token_bytes(32))


def sections_of(*sections: str, images: dict[str, list[Pooled]] | None = None) -> dict[str, PlannedSection]:
    return {one.name: one for one in plan(protocol(*sections), images).sections}


def sources(trial: PlannedTrial) -> tuple[str, ...]:
    return tuple(sorted(image.source for image in trial.compared))


def number_of(image: str) -> int:
    return int(image.partition("-")[2])


def used(*planned: PlannedSection) -> list[str]:
    return [image.image for one in planned for trial in one.trials for image in trial.images]


def test_kinds_of_screen_have_equal_shares_and_keep_their_names() -> None:
    kinds = "{ same = { film = 2 }, mixed = { film = 1, ddpm = 1 }, fake = { gan = 2 } }"
    planned = sections_of(section("pairs", f"show = {kinds}", "trials = 15"))["pairs"]
    assert Counter(trial.screen for trial in planned.trials) == {"same": 5, "mixed": 5, "fake": 5}
    shown = {(trial.screen, sources(trial)) for trial in planned.trials}
    assert shown == {("same", ("film", "film")), ("mixed", ("ddpm", "film")), ("fake", ("gan", "gan"))}
    assert len(set(used(planned))) == 30


def test_which_kind_a_screen_is_of_follows_from_the_secret_alone() -> None:
    text = section("pairs", "show = { a = { film = 1 }, b = { ddpm = 1 } }", "trials = 24")
    orders = {tuple(sources(trial) for trial in sections_of(text)["pairs"].trials) for _ in range(4)}
    assert len(orders) == 4


def test_drawn_sources_stand_together_equally_often_in_all_combinations() -> None:
    text = section(
        "pairs", "show = { film = 1, ddpm = 1, gan = 1 }", "trials = 12", "draw = 2", items=[BETTER]
    )
    planned = sections_of(text)["pairs"]
    assert Counter(map(sources, planned.trials)) == {
        ("ddpm", "film"): 4,
        ("ddpm", "gan"): 4,
        ("film", "gan"): 4,
    }


@pytest.mark.parametrize("images", [1, 12])
def test_a_screen_shows_one_to_twelve_images(images: int) -> None:
    planned = sections_of(section("sets", f"show = {{ film = {images} }}", "trials = 3"))["sets"]
    assert {len(trial.images) for trial in planned.trials} == {images}
    assert all(len(shown.slots) == images for walk in planned.places for shown in walk)


def test_a_reference_stands_last_on_every_screen_and_is_not_compared() -> None:
    text = section("beside", "show = { ddpm = 1, gan = 1 }", "trials = 6", 'reference = "film"')
    planned = sections_of(text)["beside"]
    for walk in planned.places:
        for shown in walk:
            images = planned.trials[shown.trial - 1].images
            assert [images[n - 1].alternative for n in shown.slots][2:] == ["reference"]
            assert images[shown.slots[2] - 1].source == "film"
    assert len(set(used(planned))) == 18


def test_matching_images_of_a_screen_share_their_labels() -> None:
    text = section("pairs", "show = { film = 1, ddpm = 2 }", "trials = 12", 'match = ["grade", "view"]')
    planned = sections_of(text, images=pools(80))["pairs"]
    for trial in planned.trials:
        numbers = [number_of(image.image) for image in trial.images]
        assert len({(n % 4, n % 3 == 0) for n in numbers}) == 1


def test_images_of_one_case_stand_together_with_their_reference() -> None:
    text = section(
        "tiers", "show = { ddpm = 1, gan = 1 }", "trials = 20", "case = true", 'reference = "film"'
    )
    planned = sections_of(text)["tiers"]
    assert all(len({number_of(image.image) for image in trial.images}) == 1 for trial in planned.trials)


def test_patients_are_cases_where_no_label_says_so() -> None:
    images = pools(12, patients=12)
    images = {
        source: [Pooled(image=one.image, group=one.group) for one in pool] for source, pool in images.items()
    }
    text = section("pairs", "show = { film = 1, ddpm = 1 }", "trials = 12", "case = true")
    planned = sections_of(text, images=images)["pairs"]
    assert all(len({number_of(image.image) for image in trial.images}) == 1 for trial in planned.trials)


def test_kinds_of_screen_that_compete_for_images_are_matched_all_the_same() -> None:
    """Grade 0 has all sources, grades 1 to 3 lack one each: whoever draws without looking ahead runs out."""
    lacking = {"1": "film", "2": "ddpm", "3": "gan"}
    images = {
        source: [one for one in pool if lacking.get(one.labels["grade"]) != source]
        for source, pool in pools(16).items()
    }
    kinds = "{ fd = { film = 1, ddpm = 1 }, fg = { film = 1, gan = 1 }, dg = { ddpm = 1, gan = 1 } }"
    text = section("pairs", f"show = {kinds}", "trials = 15", 'match = ["grade"]')
    planned = sections_of(text, images=images)["pairs"]
    assert all(len({number_of(image.image) % 4 for image in trial.images}) == 1 for trial in planned.trials)


@pytest.mark.parametrize("compose", ["film = 8, ddpm = 8", "film = 4, ddpm = 8, gan = 12"])
def test_composed_sections_have_every_value_as_often_in_all_sources(compose: str) -> None:
    planned = sections_of(section("films", f"compose = {{ {compose} }}", 'match = ["grade"]'))["films"]
    shares: dict[str, Counter[int]] = defaultdict(Counter)
    for trial in planned.trials:
        shares[trial.images[0].source][number_of(trial.images[0].image) % 4] += 1
    least = min(counts.total() for counts in shares.values())
    relative = [{v: n * least / counts.total() for v, n in counts.items()} for counts in shares.values()]
    assert all(one == relative[0] for one in relative)


def test_a_section_shown_again_has_the_same_screens_in_another_order() -> None:
    first = section("blind", "show = { film = 1, ddpm = 1 }", "trials = 20", items=[QUALITY, NOTICED])
    again = section("informed", 'reuse = "blind"', items=[BETTER])
    planned = sections_of(first, again)
    groups = {
        name: Counter(
            frozenset(image.image for image in trial.images) for trial in one.trials if trial.images
        )
        for name, one in planned.items()
    }
    assert groups["blind"] == groups["informed"]
    orders = [[shown.trial for shown in one.places[0] if shown.slots] for one in planned.values()]
    assert orders[0] != orders[1]
    assert sorted(orders[0]) == sorted(orders[1])


def test_images_shown_again_may_be_grouped_anew() -> None:
    first = section("singles", "compose = { film = 10, ddpm = 10 }")
    pairs = section(
        "pairs", 'reuse = "singles"', "show = { film = 1, ddpm = 1 }", "trials = 10", items=[BETTER]
    )
    planned = sections_of(first, pairs)
    assert sorted(used(planned["pairs"])) == sorted(used(planned["singles"]))
    assert {sources(trial) for trial in planned["pairs"].trials} == {("ddpm", "film")}


def test_a_reference_is_never_compared_later_for_readers_know_its_source() -> None:
    first = section("beside", "show = { ddpm = 1 }", "trials = 10", 'reference = "film"')
    again = section("alone", 'reuse = "beside"', "compose = { ddpm = 10 }")
    planned = sections_of(first, again)
    assert {sources(trial) for trial in planned["alone"].trials} == {("ddpm",)}
    assert not any(image.is_reference for trial in planned["alone"].trials for image in trial.images)


def test_screens_shown_again_may_get_a_reference_of_the_same_case() -> None:
    first = section("alone", "compose = { ddpm = 10 }")
    again = section("beside", 'reuse = "alone"', 'reference = "film"', "case = true")
    planned = sections_of(first, again)["beside"]
    assert all(trial.images[-1].is_reference for trial in planned.trials)
    same = [number_of(trial.images[0].image) == number_of(trial.images[1].image) for trial in planned.trials]
    assert all(same)


def test_who_reads_a_block_reads_the_same_block_again() -> None:
    rotated = ('design = "rotate"', "anchor = 4", "block = 8")
    first = section("blind", "compose = { film = 10, ddpm = 10 }", *rotated)
    planned = sections_of(first, section("informed", 'reuse = "blind"', items=[QUALITY]))
    for before, after in zip(planned["blind"].places, planned["informed"].places, strict=True):
        shown = [
            {planned[name].trials[one.trial - 1].images[0].image for one in walk}
            for name, walk in (("blind", before), ("informed", after))
        ]
        assert shown[0] == shown[1]
        assert len(shown[0]) == 12


def test_the_page_of_questions_comes_last_and_shows_nothing() -> None:
    planned = sections_of(
        section(
            "films", "compose = { film = 3, ddpm = 3 }", "repeats = 1", "catch = 1", items=[QUALITY, NOTICED]
        )
    )["films"]
    assert planned.trials[-1].images == ()
    for walk in planned.places:
        assert len(walk) == 9
        assert (walk[-1].trial, walk[-1].slots, walk[-1].repeats) == (8, (), None)
        assert all(shown.slots for shown in walk[:-1])


def test_a_section_may_be_a_page_of_questions_alone() -> None:
    planned = sections_of(section("films", "compose = { film = 3 }"), section("end", items=[NOTICED]))["end"]
    assert [trial.images for trial in planned.trials] == [()]
    assert [len(walk) for walk in planned.places] == [1] * 8


def test_a_fixed_order_is_the_same_for_everybody_and_no_public_one() -> None:
    text = section("films", "compose = { film = 8, ddpm = 8 }", 'order = "fixed"', "catch = 2")
    planned = sections_of(text)["films"]
    orders = {tuple(shown.trial for shown in walk) for walk in planned.places}
    assert len(orders) == 1
    plain = [number for number in next(iter(orders)) if not planned.trials[number - 1].catch]
    assert plain == sorted(plain)
    kinds = {tuple(sources(trial) for trial in sections_of(text)["films"].trials) for _ in range(4)}
    assert len(kinds) == 4


ARMS = """
[[arms]]
name = "ab"
sections = ["a", "b"]
[[arms]]
name = "ba"
sections = ["b", "a"]
[[arms]]
name = "only"
sections = ["a"]
"""


def test_places_read_the_sections_of_their_arm_alone() -> None:
    pairs = ("show = { film = 1, ddpm = 1 }", "trials = 10")
    planned = sections_of(section("a", *pairs, items=[BETTER]), section("b", *pairs, items=[BETTER]), ARMS)
    read = {
        name: [place for place, walk in enumerate(one.places, 1) if walk] for name, one in planned.items()
    }
    assert read == {"a": [1, 2, 3, 4, 5, 6, 7, 8], "b": [1, 2, 4, 5, 7, 8]}


def test_slots_are_balanced_over_the_places_of_each_arm() -> None:
    pairs = ("show = { film = 1, ddpm = 1 }", "trials = 10")
    planned = sections_of(section("a", *pairs, items=[BETTER]), section("b", *pairs, items=[BETTER]), ARMS)[
        "a"
    ]
    for arm in ([1, 4], [2, 5], [3, 6]):
        first, second = ({shown.trial: shown.slots for shown in planned.places[place - 1]} for place in arm)
        assert all(first[trial] == second[trial][::-1] for trial in first)


def test_no_image_is_in_two_sections_unless_one_reuses_the_other() -> None:
    planned = sections_of(
        section("pairs", "show = { film = 1, ddpm = 1 }", "trials = 8", 'match = ["grade"]'),
        section("again", 'reuse = "pairs"', items=[BETTER]),
        section("films", "compose = { film = 6, ddpm = 6 }", 'reference = "gan"', "catch = 1"),
    )
    shown = used(planned["pairs"], planned["films"])
    assert len(set(shown)) == len(shown)


def without(images: dict[str, list[Pooled]], label: str, source: str, count: int) -> dict[str, list[Pooled]]:
    """Take a label off some images of a source."""
    pool = [
        Pooled(image=one.image, labels={k: v for k, v in one.labels.items() if n >= count or k != label})
        for n, one in enumerate(images[source])
    ]
    return images | {source: pool}


def relabelled(images: dict[str, list[Pooled]], **labels: str) -> dict[str, list[Pooled]]:
    return {
        source: [Pooled(image=one.image, labels={**one.labels, **labels}) for one in pool]
        for source, pool in images.items()
    }


GRADE = '{ name = "grade", kind = "choice", ask = "Grade", options = "grade", truth = "grade" }'
AGE = '{ name = "age", kind = "number", ask = "Age", max = 120, truth = "age", within = 5 }'
SPOT = '{ name = "spot", kind = "mark", ask = "Mark it", truth = "spot", within = 5 }'
DEPTH = (
    '{ name = "depth", kind = "number", ask = "?", truth = "depth", when = { item = "grade", is = ["3"] } }'
)
FILMS = "compose = { film = 4, ddpm = 4 }"


def refusals() -> Iterator[tuple[str, dict[str, list[Pooled]], str]]:
    yield (
        section("films", FILMS, items=[GRADE]),
        without(pools(), "grade", "ddpm", 3),
        "needs the label 'grade', the truth of 'grade'; 3 of 40 images of source 'ddpm' have none",
    )
    yield (
        section("films", FILMS, items=[GRADE]),
        relabelled(pools(), grade="9"),
        "the truth of 'grade', is '9' for 40 of the images of source 'film'; allowed: 0, 1, 2, 3",
    )
    yield (
        section("films", FILMS, items=[SPOT]),
        without(relabelled(pools(), spot="2 2"), "spot", "ddpm", 3),
        "3 of 40 images of source 'ddpm' have none. .* nothing to find has the label 'none'.",
    )
    yield (
        section("films", FILMS, items=[GRADE, DEPTH]),
        pools(),
        "needs the label 'depth', the truth of 'depth'; 40 of 40 images of source 'film' have none",
    )
    yield section("films", FILMS, items=[AGE]), relabelled(pools(), age="old"), "allowed: a number to 120"
    yield section("films", FILMS, items=[SPOT]), relabelled(pools(), spot="70 2"), 'allowed: "x y" within'
    yield (
        section("films", FILMS, 'tells = ["report"]'),
        pools(),
        "needs the label 'report' to show; 40 of 40 images of source 'film' have none",
    )
    yield (
        section("pairs", "show = { film = 1, ddpm = 1 }", "trials = 4", 'match = ["site"]', items=[BETTER]),
        pools(),
        "needs the label 'site' to match by",
    )
    yield (
        section("pairs", "show = { film = 1, ddpm = 1 }", "trials = 4", "case = true", items=[BETTER]),
        without(pools(), "case", "film", 2),
        "2 of 40 images of source 'film' have neither a label 'case' nor a patient",
    )


@pytest.mark.parametrize(("text", "images", "sentence"), list(refusals()))
def test_labels_that_are_missing_or_impossible_are_named(
    text: str, images: dict[str, list[Pooled]], sentence: str
) -> None:
    with pytest.raises(LabelsDoNotFit, match=sentence):
        sections_of(text, images=images)


def test_what_is_asked_under_a_condition_has_a_truth_in_some_images_only() -> None:
    images = without(relabelled(pools(), depth="4"), "depth", "ddpm", 39)
    assert sections_of(section("films", FILMS, items=[GRADE, DEPTH]), images=images)


def test_all_that_is_wrong_with_labels_is_said_at_once() -> None:
    text = section("films", FILMS, 'tells = ["report"]', items=[GRADE, AGE])
    with pytest.raises(LabelsDoNotFit) as caught:
        sections_of(text, images=without(pools(), "grade", "film", 1))
    assert [word in str(caught.value) for word in ("'report'", "'grade'", "'age'")] == [True] * 3


def of_grade(grade: str) -> Callable[[Pooled], bool]:
    return lambda one: one.labels["grade"] == grade


def test_too_few_images_that_agree_are_counted() -> None:
    images = pools(16)
    images["ddpm"] = list(filter(of_grade("0"), pools(64)["ddpm"]))
    text = section(
        "pairs", "show = { film = 1, ddpm = 1 }", "trials = 6", 'match = ["grade"]', items=[BETTER]
    )
    with pytest.raises(NotEnoughImages, match="needs 6 sets of 1 of 'ddpm', 1 of 'film' that agree in grade"):
        sections_of(text, images=images)


def test_too_few_images_of_one_case_are_counted() -> None:
    images = pools(20)
    images["ddpm"] = pools(40)["ddpm"][15:]
    text = section("pairs", "show = { film = 1, ddpm = 1 }", "trials = 6", "case = true", items=[BETTER])
    with pytest.raises(NotEnoughImages, match="agree in case, and there are 5"):
        sections_of(text, images=images)


def test_plans_of_protocols_from_before_there_were_items_are_what_they_were() -> None:
    """A number in the repository: all four tasks, practice, rotation, repeats and obvious fakes."""
    text = (
        HEAD.replace("places = 8", "places = 9").partition("[values]")[0]
        + """
[margins]
[[sections]]
name = "warm"
task = "call"
trials = 4
compose = { ddpm = 2, film = 2 }
practice = true
[[sections]]
name = "q"
task = "pick_real"
trials = 12
compose = { ddpm = 2, film = 1, gan = 1 }
rate = true
repeats = 3
catch = 2
design = "rotate"
anchor = 4
block = 4
[[sections]]
name = "calls"
task = "call"
trials = 9
compose = { gan = 3, film = 4, ddpm = 2 }
repeats = 2
catch = 2
[[sections]]
name = "one"
task = "rate"
trials = 5
compose = { film = 5 }
catch = 1
[[sections]]
name = "checks"
task = "check_label"
trials = 6
compose = { film = 2, ddpm = 4 }
labels = ["grade"]
"""
    )
    made = make_plan(parse_protocol(text), "0" * 64, pools(60, patients=23), key=b"k" * 32)
    assert made.digest(b"k" * 32) == "e4de99248e37350cdda792df60f096166c18337ca2f075364016871d8c352016"
