"""The plan is random where it should be, balanced where it must be, and the same wherever it is made."""

from collections import Counter

import pytest

from readerstudy.studies.protocol import ProtocolDocument, parse_protocol
from readerstudy.truth.allocation import PlanDocument, Pooled, make_plan
from readerstudy.truth.errors import NotEnoughImages
from tests.readerstudy.studies.test_protocol import QUARTETS

PROTOCOL = parse_protocol(QUARTETS)


def pools(real: int = 60, synthetic: int = 180, patients: int = 0) -> dict[str, list[Pooled]]:
    def group(number: int) -> str:
        return f"patient-{number % patients}" if patients else ""

    return {
        "real": [Pooled(digest=f"r{n:03}", group=group(n)) for n in range(real)],
        "checkpoint-a": [Pooled(digest=f"s{n:03}", group=group(n)) for n in range(synthetic)],
    }


def plan(protocol: ProtocolDocument = PROTOCOL, **images: int) -> PlanDocument:
    return make_plan(protocol, "0" * 64, pools(**images))


def test_the_same_seed_gives_the_same_plan_for_ever() -> None:
    assert plan().digest == plan().digest
    # A number in the repository: if it changes, plans of running studies could no longer be shown.
    assert plan().digest == "4888f94ea887e2f33e98337f93765c583df1e44db0074998a8c0446547f4bcbf"


def test_the_order_in_which_images_were_imported_does_not_matter() -> None:
    backwards = {name: pool[::-1] for name, pool in pools().items()}
    assert make_plan(PROTOCOL, "0" * 64, backwards).digest == plan().digest


def test_another_seed_gives_another_plan() -> None:
    other = parse_protocol(QUARTETS.replace("20251025", "20251026"))
    assert plan(other).digest != plan().digest


def test_the_real_image_stands_in_each_slot_equally_often_within_one() -> None:
    section = plan().sections[0]
    for walk in section.places:
        real = Counter(
            next(
                slot
                for slot, number in enumerate(shown.slots)
                if section.trials[shown.trial - 1].images[number - 1].source == "real"
            )
            for shown in walk
        )
        assert max(real.values()) - min(real[slot] for slot in range(4)) <= 1


def test_no_image_is_shown_twice_unless_its_trial_is_a_planned_repeat() -> None:
    section = plan().sections[0]
    shown = [image.digest for trial in section.trials for image in trial.images]
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
    by_digest = {pooled.digest: pooled.group for pool in pools(patients=40).values() for pooled in pool}
    early = [{by_digest[image.digest] for image in trial.images} for trial in trials[:40]]
    assert all(len(groups) == 4 for groups in early)


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
