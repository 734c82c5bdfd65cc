"""Unequal-variance signal detection and meta-d' against RJafroc and metadpy."""

import numpy as np
import pytest

import analysis

SURE = [-4, -3, -2, -1, 1, 2, 3, 4]


def one_reader(negative, positive, scores):
    """Counts of each score as one reader's scores, and the truth of the cases."""
    table = np.concatenate([np.repeat(scores, negative), np.repeat(scores, positive)]).astype(float)
    return table[None], np.repeat([0, 1], [sum(negative), sum(positive)])


def test_the_binormal_curve_is_that_of_rjafroc():
    """The table that Chakraborty's RJafroc book fits by `FitBinormalRoc`, and by ROCFIT to four digits."""
    found = analysis.binormal(*one_reader([30, 19, 8, 2, 1], [5, 6, 5, 12, 22], [1, 2, 3, 4, 5])).by_reader[0]
    assert [found.values[name] for name in ("a", "b")] == pytest.approx([1.32045261, 0.607492932], abs=2e-5)
    assert found.values["area"] == pytest.approx(0.870452157, abs=2e-6)
    # a sandwich over cases, near the information's there
    assert found.se["area"] == pytest.approx(0.0379042262, abs=0.002)


@pytest.mark.parametrize(
    ("negative", "positive", "padded", "meta"),
    [
        # metadpy 0.1.2, whose search stops some 1e-7 short
        ([36, 24, 17, 20, 10, 12, 9, 2], [1, 4, 10, 11, 19, 18, 28, 39], False, 1.4606685946),
        ([36, 24, 17, 20, 10, 12, 9, 2], [1, 4, 10, 11, 19, 18, 28, 39], True, 1.4417788116),
        ([52, 32, 35, 37, 26, 12, 4, 2], [2, 5, 15, 22, 33, 38, 40, 45], False, 1.6538493740),
        ([52, 32, 35, 37, 26, 12, 4, 2], [2, 5, 15, 22, 33, 38, 40, 45], True, 1.6337596622),
        ([20, 14, 9, 6, 5, 3], [4, 5, 7, 9, 15, 21], False, 1.0839450699),
    ],
)
def test_meta_dprime_is_that_of_metadpy(negative, positive, padded, meta):
    middle = len(SURE) // 2
    scores = SURE[middle - len(negative) // 2 : middle + len(negative) // 2]
    found = analysis.meta_dprime(*one_reader(negative, positive, scores), padded=padded).by_reader[0].values
    assert found["meta_dprime"] == pytest.approx(meta, abs=5e-7)
    assert found["m_ratio"] == pytest.approx(meta / found["dprime"], abs=5e-7)
    assert found["m_difference"] == pytest.approx(meta - found["dprime"], abs=5e-7)


def test_a_reader_of_very_unequal_spreads_has_the_maximum_that_optim_finds():
    """R's optim from nine starts: log-likelihood -58.81897; the profile over b falls to either side."""
    found = analysis.binormal(*one_reader([85, 2, 0, 1, 0], [0, 0, 3, 19, 27], [1, 2, 3, 4, 5])).by_reader[0]
    assert [found.values[name] for name in ("a", "b")] == pytest.approx([13.41756, 4.705396], rel=2e-4)
    assert found.values["area"] == pytest.approx(0.9973583, abs=1e-6)


@pytest.mark.parametrize(
    ("negative", "positive"),
    [
        # R's optim runs to a = 70, 28 and 8,000, each with an area of 1
        ([6, 13, 1, 24, 8], [0, 0, 0, 0, 45]),
        ([70, 21, 4, 3, 6], [0, 0, 0, 0, 115]),
        ([24, 17, 30], [0, 0, 82]),
    ],
)
def test_a_reader_who_is_sure_of_every_positive_case_has_no_maximum(negative, positive):
    scores = list(range(1, len(negative) + 1))
    found = analysis.binormal(*one_reader(negative, positive, scores)).by_reader[0]
    assert "no maximum" in found.reason


@pytest.mark.parametrize(
    ("negative", "positive", "padded", "meta"),
    [
        # R's optim on the likelihood of Maniscalco & Lau (2014); Fisher scoring alone goes round in circles
        ([10, 8, 4, 5, 1, 2], [10, 8, 2, 2, 5, 3], False, 0.05631347),
        ([10, 8, 4, 5, 1, 2], [10, 8, 2, 2, 5, 3], True, 0.05450432),
    ],
)
def test_confidence_that_follows_nothing_has_a_meta_dprime_near_zero(negative, positive, padded, meta):
    scores = [-3, -2, -1, 1, 2, 3]
    found = analysis.meta_dprime(*one_reader(negative, positive, scores), padded=padded).by_reader[0]
    assert found.values["meta_dprime"] == pytest.approx(meta, abs=1e-5)


def group(readers=4, cases=240, seed=5):
    rng = np.random.default_rng(seed)
    positive = np.arange(cases) < cases // 2
    latent = np.where(positive, 0.7, -0.7) + rng.normal(0, 0.5, cases) + rng.normal(0, 1, (readers, cases))
    sure = 1 + (np.abs(latent)[..., None] > np.array([0.5, 1.0])).sum(axis=2)
    return np.where(latent > 0, sure, -sure).astype(float), positive


@pytest.mark.parametrize("method", [analysis.binormal, analysis.meta_dprime])
def test_the_influence_of_cases_is_what_leaving_each_out_does(method):
    """The errors over cases are the jackknife's, which refits without each case."""
    scores, positive = group(readers=1)
    whole = method(scores, positive).by_reader[0]
    kept = [np.delete(np.arange(len(positive)), case) for case in range(len(positive))]
    without = [method(scores[:, rows], positive[rows]).by_reader[0].values for rows in kept]
    for name, se in whole.se.items():
        left = np.array([values[name] for values in without])
        jackknife = np.sqrt((len(left) - 1) * left.var())
        assert se == pytest.approx(jackknife, rel=0.03), name


def test_the_mean_carries_readers_and_cases():
    scores, positive = group()
    found = analysis.binormal(scores, positive)
    mean = found.mean("d_a")
    own = [row.values["d_a"] for row in found.by_reader]
    assert mean.estimate == pytest.approx(np.mean(own))
    assert mean.low < mean.estimate < mean.high
    assert mean.assumptions == ("random readers and cases",)
    # more than readers alone, because the cases are the same for all
    assert mean.se > np.std(own, ddof=1) / np.sqrt(len(own))
    two = analysis.binormal(scores[:2], positive).mean("d_a")
    assert two.assumptions == ("fixed readers, random cases",)


def test_what_has_no_maximum_says_so():
    scores, positive = group()
    scores[0] = np.where(positive, 3, -3)
    found = analysis.binormal(scores, positive)
    assert "no maximum" in found.by_reader[0].reason
    assert found.mean("d_a").n_readers == 3
    scores[0] = 2.0
    assert "Both calls" in analysis.meta_dprime(scores, positive).by_reader[0].reason
    scores[0] = np.where(positive, -1, 1) * np.where(np.arange(len(positive)) % 5, 1, -1)
    assert "d' is 0 or less" in analysis.meta_dprime(scores, positive).by_reader[0].reason
    calls = np.sign(group()[0])
    assert "one level" in analysis.meta_dprime(calls, positive).by_reader[0].reason
    with pytest.raises(analysis.AnalysisError, match="above or below zero"):
        analysis.meta_dprime(np.where(scores == 2, 0, scores), positive)
    with pytest.raises(analysis.AnalysisError, match="as many truths"):
        analysis.binormal(scores, positive[:-1])


def test_missing_answers_are_left_out_reader_by_reader():
    scores, positive = group()
    scores[0, ::7] = np.nan
    kept = np.isfinite(scores[0])
    alone = analysis.binormal(scores[:1, kept], positive[kept]).by_reader[0]
    assert analysis.binormal(scores, positive).by_reader[0].values == pytest.approx(alone.values)
