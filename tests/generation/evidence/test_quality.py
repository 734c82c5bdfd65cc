import numpy as np
import pytest

from generation.errors import DatasetError
from generation.evidence.extractor import Features
from generation.evidence.interval import disjoint_halves, largest_half, recentred, resample_weights
from generation.evidence.quality import Plan, measure, measure_by

PLAN = Plan(splits=3, replicates=30, seed=1)


def _features(n: int, shift: float = 0.0, *, per_patient: int = 2, seed: int = 0, inception: bool = False):
    rng = np.random.default_rng(seed)
    embedding = rng.normal(shift, 1, size=(n, 4))
    scores = np.exp(embedding[:, :3])
    return Features(
        extractor="inception-v3-2015:6726825d" if inception else "knee-domain-net:0a1b2c3d",
        is_inception=inception,
        embedding=embedding,
        probabilities=scores / scores.sum(1, keepdims=True),
        clusters=np.arange(n) // per_patient,
        labels={"grade": np.array([str(i % 2) for i in range(n)])},
    )


def test_every_metric_carries_its_extractor_its_interval_and_its_floor():
    rows = measure(_features(100), _features(60, 0.5, seed=1), PLAN)
    assert [row.name.partition("[")[0] for row in rows] == [
        "kid", "fd", "class-score", "precision", "density", "recall", "coverage",
    ]  # fmt: skip
    for row in rows:
        assert row.name.endswith("[knee-domain-net:0a1b2c3d]")
        assert row.n == 49
        assert row.value.low <= row.value.estimate <= row.value.high
        assert row.floor.low <= row.floor.estimate <= row.floor.high


def test_only_inception_may_call_its_distance_a_fid():
    own = measure(_features(100), _features(60, seed=1), PLAN)
    inception = measure(_features(100, inception=True), _features(60, seed=1, inception=True), PLAN)
    assert not [row for row in own if row.name.startswith("fid")]
    assert [row.name for row in inception if row.name.startswith("fid")] == [
        "fid[inception-v3-2015:6726825d]"
    ]


def test_images_of_the_real_kind_reach_the_floor_and_others_do_not():
    same = {r.name.partition("[")[0]: r for r in measure(_features(200), _features(100, seed=1), PLAN)}
    other = {r.name.partition("[")[0]: r for r in measure(_features(200), _features(100, 2.0, seed=1), PLAN)}
    for name in ("fd", "kid"):
        assert same[name].value.low <= same[name].floor.high
        assert other[name].value.low > other[name].floor.high
    assert other["coverage"].value.estimate < same["coverage"].value.estimate


def test_the_same_seed_gives_the_same_table():
    assert measure(_features(60), _features(40, seed=1), PLAN) == measure(
        _features(60), _features(40, seed=1), PLAN
    )


def test_a_condition_with_too_few_images_is_named_and_the_others_are_measured():
    synthetic = _features(60, seed=1)
    synthetic.labels["grade"][:58] = "1"
    rows, refused = measure_by(_features(100), synthetic, PLAN, ["grade"])
    assert {row.group for row in rows} == {"grade 1"}
    assert len(refused) == 1
    assert "grade 0: 50 real and 1 synthetic images are too few" in refused[0]


def test_too_few_images_are_refused_with_the_number_that_is_needed():
    with pytest.raises(DatasetError, match="needs 20 real and 10 synthetic"):
        measure(_features(100), _features(3), PLAN)


def test_halves_are_disjoint_by_patient_and_as_large_as_promised():
    rng = np.random.default_rng(4)
    clusters = rng.integers(0, 30, 100)
    n = largest_half(clusters)
    for _ in range(50):
        first, second = disjoint_halves(clusters, n, rng)
        assert len(first) == len(second) == n
        assert not set(clusters[first]) & set(clusters[second])


def test_resampling_takes_a_patients_images_together():
    clusters = np.array([4, 4, 9, 9, 9, 2])
    weights = resample_weights(clusters, np.random.default_rng(0))
    assert weights[0] == weights[1]
    assert weights[2] == weights[3] == weights[4]


def test_an_interval_of_a_biased_replicate_still_holds_its_estimate():
    interval = recentred(3.0, np.linspace(10, 12, 101), 0.9, "bootstrap")
    assert (interval.low, interval.high) == pytest.approx((2.1, 3.9))
