"""The plan is random to whoever lacks its key, balanced over places, and the same wherever it is made."""

import math
from collections import Counter, defaultdict
from itertools import combinations

import pytest
from scipy.stats import chisquare

from readerstudy.studies.protocol import ProtocolDocument, parse_protocol
from readerstudy.truth.allocation import PlanDocument, PlannedSection, Pooled, make_plan
from readerstudy.truth.errors import NotEnoughImages
from tests.readerstudy.studies.test_protocol import QUARTETS

PROTOCOL = parse_protocol(QUARTETS)
KEY, OTHER_KEY = b"k" * 32, b"o" * 32


def pools(real: int = 60, synthetic: int = 180, patients: int = 0) -> dict[str, list[Pooled]]:
    def group(number: int) -> str:
        return f"patient-{number % patients}" if patients else ""

    return {
        "real": [Pooled(image=f"r{n:03}", group=group(n)) for n in range(real)],
        "checkpoint-a": [Pooled(image=f"s{n:03}", group=group(n)) for n in range(synthetic)],
    }


def plan(protocol: ProtocolDocument = PROTOCOL, key: bytes = KEY, **images: int) -> PlanDocument:
    return make_plan(protocol, "0" * 64, pools(**images), key=key)


def real_slots(section: PlannedSection, place: int) -> list[int]:
    """In which slot the real image stands, screen by screen, as the reader at a place sees them."""
    real = [
        next(n for n, image in enumerate(trial.images, start=1) if image.source == "real")
        for trial in section.trials
    ]
    return [shown.slots.index(real[shown.trial - 1]) for shown in section.places[place - 1]]


def test_the_same_key_gives_the_same_plan_for_ever() -> None:
    assert plan() == plan()
    # A number in the repository: if it changes, plans of running studies could no longer be shown.
    assert plan().digest(KEY) == "2a7bc11e9a1204b5ca5df7f78db8d77a4681c4aa816ad10379cd2cf63ea62648"


def test_the_digest_cannot_be_recomputed_from_the_plan_alone() -> None:
    assert plan().digest(KEY) != plan().digest(OTHER_KEY)


def test_the_order_in_which_images_were_imported_does_not_matter() -> None:
    backwards = {name: pool[::-1] for name, pool in pools().items()}
    assert make_plan(PROTOCOL, "0" * 64, backwards, key=KEY) == plan()


def test_the_seed_of_the_protocol_has_no_part_in_the_plan() -> None:
    other = parse_protocol(QUARTETS.replace("20251025", "20251026"))
    assert plan(other) == plan()


def test_with_another_key_slots_agree_by_chance_alone() -> None:
    agree = 0
    for key in range(20):
        mine, yours = plan(key=bytes([key]) * 32).sections[0], plan(key=bytes([key + 100]) * 32).sections[0]
        agree += sum(
            a == b
            for place in (1, 2)
            for a, b in zip(real_slots(mine, place), real_slots(yours, place), strict=True)
        )
    # 40 walks of 57 screens: 25 per cent, give or take four standard deviations.
    assert abs(agree / (40 * 57) - 0.25) < 4 * math.sqrt(0.25 * 0.75 / (40 * 57))


def test_slots_seen_so_far_tell_nothing_of_the_last_ones() -> None:
    """The attacker bets on the slot that was the real one's least often, as permuted blocks would repay."""
    won, bets = 0, 0
    for key in range(60):
        section = plan(key=bytes([key]) * 32).sections[0]
        for place in (1, 2, 3):
            slots = real_slots(section, place)
            for now in range(40, len(slots)):
                seen = Counter(slots[:now])
                won += slots[now] == min(range(4), key=lambda slot: seen[slot])
                bets += 1
    assert abs(won / bets - 0.25) < 4 * math.sqrt(0.25 * 0.75 / bets)


def test_each_image_stands_once_in_each_slot_over_as_many_places_as_there_are_images() -> None:
    section = plan().sections[0]
    slots: dict[int, list[tuple[int, ...]]] = defaultdict(list)
    for walk in section.places[:4]:
        for shown in walk:
            if shown.repeats is None and not section.trials[shown.trial - 1].catch:
                slots[shown.trial].append(shown.slots)
    for rows in slots.values():
        assert all(sorted(column) == [1, 2, 3, 4] for column in zip(*rows, strict=True))


def test_readers_who_compare_their_slots_do_not_find_the_real_image() -> None:
    """Whatever pattern an image's slots make over two places, each of the four images makes it as often."""
    patterns: Counter[tuple[int, int]] = Counter()
    real_patterns: Counter[tuple[int, int]] = Counter()
    for key in range(40):
        section = plan(key=bytes([key]) * 32).sections[0]
        one, two = ({shown.trial: shown.slots for shown in walk} for walk in section.places[:2])
        for number, trial in enumerate(section.trials, start=1):
            for n, image in enumerate(trial.images, start=1):
                pattern = (one[number].index(n), two[number].index(n))
                patterns[pattern] += 1
                real_patterns[pattern] += image.source == "real"
    seen = [pattern for pattern in patterns if patterns[pattern] > 40]
    total = sum(real_patterns[pattern] for pattern in seen) / sum(patterns[pattern] for pattern in seen)
    expected = [patterns[pattern] * total for pattern in seen]
    assert chisquare([real_patterns[pattern] for pattern in seen], expected).pvalue > 0.001


def test_two_places_share_no_order() -> None:
    orders = [tuple(shown.trial for shown in walk) for walk in plan().sections[0].places]
    assert all(
        sum(a == b for a, b in zip(one, two, strict=True)) < 12 for one, two in combinations(orders, 2)
    )


def test_no_image_is_shown_twice_unless_its_trial_is_a_planned_repeat() -> None:
    section = plan().sections[0]
    shown = [image.image for trial in section.trials for image in trial.images]
    assert len(shown) == len(set(shown))
    for walk in section.places:
        again = [presentation for presentation in walk if presentation.repeats is not None]
        assert len(again) == 5
        assert Counter(p.trial for p in walk).most_common(6)[5][1] == 1


def test_repeats_lie_at_least_a_third_of_the_section_after_their_originals() -> None:
    for walk in plan().sections[0].places:
        for order, shown in enumerate(walk, start=1):
            if shown.repeats is not None:
                assert walk[shown.repeats - 1].trial == shown.trial
                assert order - shown.repeats >= len(walk) // 3


def test_readers_see_the_trials_in_independent_orders() -> None:
    orders = [[shown.trial for shown in walk] for walk in plan().sections[0].places]
    assert len({tuple(order) for order in orders}) == len(orders)


def test_the_place_of_the_real_image_within_a_trial_says_nothing() -> None:
    numbers = Counter(
        next(n for n, image in enumerate(trial.images) if image.source == "real")
        for trial in plan().sections[0].trials
    )
    assert set(numbers) == {0, 1, 2, 3}


def test_several_images_of_one_source_get_labels_of_their_own() -> None:
    trial = plan().sections[0].trials[0]
    assert sorted(image.alternative for image in trial.images) == [
        "checkpoint-a",
        "checkpoint-a#2",
        "checkpoint-a#3",
        "real",
    ]


def test_a_trial_shows_no_patient_twice_while_there_are_others() -> None:
    trials = plan(patients=40).sections[0].trials
    by_name = {pooled.image: pooled.group for pool in pools(patients=40).values() for pooled in pool}
    early = [{by_name[image.image] for image in trial.images} for trial in trials[:40]]
    assert all(len(groups) == 4 for groups in early)


PRACTICE = """
[[sections]]
name = "warm-up"
task = "pick_real"
trials = 10
compose = { real = 1, checkpoint-a = 3 }
practice = true
"""


@pytest.mark.parametrize("practice_comes", ["first", "last"])
def test_patients_whose_images_practice_tells_are_not_met_again(practice_comes: str) -> None:
    """Feedback says that one knee is real, and the other knee of that patient looks like it."""
    first, counting = QUARTETS.split("[[sections]]", 1)
    sections = (PRACTICE, f"[[sections]]{counting}")
    ordered = sections if practice_comes == "first" else sections[::-1]
    have = pools(real=160, synthetic=400)
    have["real"] = [Pooled(image=one.image, group=f"patient-{n // 2}") for n, one in enumerate(have["real"])]
    groups = {one.image: one.group for one in have["real"]}
    made = make_plan(parse_protocol(first + "".join(ordered)), "0" * 64, have, key=KEY)
    seen = {
        section.practice: {groups.get(image.image, "") for trial in section.trials for image in trial.images}
        for section in made.sections
    }
    assert len(seen[True]) > 5
    assert seen[True] & seen[False] <= {""}


def test_too_few_images_are_named_with_the_number_missing() -> None:
    with pytest.raises(NotEnoughImages, match="'real' has 51 images; the protocol needs 52"):
        plan(real=51)


def test_a_rotated_design_gives_everybody_the_anchors_and_each_block_to_somebody() -> None:
    text = QUARTETS.replace("repeats = 5", "repeats = 0") + 'design = "rotate"\nanchor = 10\nblock = 20\n'
    section = plan(parse_protocol(text)).sections[0]
    walks = [{shown.trial for shown in walk} for walk in section.places]
    assert {len(walk) for walk in walks} == {32}
    anchors = set.intersection(*walks) - {51, 52}
    assert len(anchors) == 10
    assert set.union(*walks) == set(range(1, 53))
