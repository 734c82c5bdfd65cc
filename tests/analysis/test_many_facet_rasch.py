"""Many-facet Rasch measurement against the mixed model (held against lme4) and direct integration."""

import numpy as np
import pytest
from scipy.integrate import trapezoid
from scipy.stats import norm

import analysis

SOURCES = np.repeat(["real", "a", "b"], 20)
STEPS = np.array([-1.0, 0.2, 0.8])


def ratings(readers: int = 5, seed: int = 4, steps: np.ndarray = STEPS) -> np.ndarray:
    rng = np.random.default_rng(seed)
    realism = np.repeat([0.8, 0.2, 0.6], 20) + rng.normal(0, 0.6, len(SOURCES))
    severity = rng.normal(0, 0.6, (readers, 1, 1))
    points = np.arange(len(steps) + 1)
    exponents = points * (realism[:, None] - severity) - np.append(0, np.cumsum(steps))
    chances = np.exp(exponents) / np.exp(exponents).sum(axis=2, keepdims=True)
    drawn = rng.random((readers, len(SOURCES), 1)) > chances.cumsum(axis=2)[..., :-1]
    return drawn.sum(axis=2) + 1.0


def test_two_points_are_the_logistic_mixed_model():
    """Readers fixed and images random: the model of `fit_logistic`, whose quadrature agrees with lme4's."""
    table = (ratings() > 2).astype(float)
    found = analysis.many_facet_rasch(table, SOURCES)
    reader, image = (index.ravel() for index in np.indices(table.shape))
    design = [SOURCES[image] == name for name in ("a", "b")]
    design += [np.where(reader == 4, -1, reader == k) for k in range(4)]
    columns = np.column_stack(design).astype(float)
    names = ["a", "b", "0", "1", "2", "3"]
    model = analysis.fit_logistic(table.ravel(), columns, names, {"image": image}, nodes=25)
    assert found.log_likelihood == pytest.approx(model.log_likelihood, abs=1e-5)
    assert found.image_sd == pytest.approx(model.random[0].sd, abs=1e-4)
    ours = [*found.differences, *found.readers[:4]]
    signs = np.array([1, 1, -1, -1, -1, -1])
    assert signs * [each.estimate for each in ours] == pytest.approx(
        [c.estimate for c in model.fixed[1:]], abs=1e-4
    )
    assert [each.se for each in ours] == pytest.approx([c.se for c in model.fixed[1:]], rel=1e-3)


def integrated(table, means, severity, steps, sd):
    """The likelihood image by image, each integral by the trapezoid rule, exact where tails end."""
    climbed = np.append(0, np.cumsum(steps))
    total = 0.0
    for own, source in zip(table.T, SOURCES, strict=True):
        realism = np.linspace(means[source] - 8 * sd, means[source] + 8 * sd, 2001)
        product = norm.pdf(realism, means[source], sd)
        for given, strict in zip(own, severity, strict=True):
            if np.isfinite(given):
                weights = np.exp(np.arange(len(climbed)) * (realism[:, None] - strict) - climbed)
                product *= weights[:, int(given) - 1] / weights.sum(axis=1)
        total += np.log(trapezoid(product, realism))
    return total


def test_the_maximum_is_that_of_direct_integration():
    table = ratings(readers=3)
    table[1, ::4] = np.nan
    found = analysis.many_facet_rasch(table, SOURCES)
    means = {each.name: each.estimate for each in found.sources}
    severity = np.array([each.estimate for each in found.readers])
    steps = np.array([each.estimate for each in found.steps])
    best = integrated(table, means, severity, steps, found.image_sd)
    assert found.log_likelihood == pytest.approx(best, abs=1e-6)
    assert severity.sum() == pytest.approx(0, abs=1e-9)
    assert steps.sum() == pytest.approx(0, abs=1e-9)
    for change in (0.05, -0.05):
        apart, unlike = np.array([change, -change, 0]), np.array([0, change, -change])
        near = [
            ({**means, "a": means["a"] + change}, severity, steps, found.image_sd),
            (means, severity + apart, steps, found.image_sd),
            (means, severity, steps + unlike, found.image_sd),
            (means, severity, steps, found.image_sd * (1 + change)),
        ]
        assert all(integrated(table, *each) < best for each in near)


def test_a_reader_who_guesses_does_not_fit():
    table = ratings(readers=6)
    table[2] = np.random.default_rng(8).integers(1, 5, table.shape[1])
    found = analysis.many_facet_rasch(table, SOURCES, readers=list("uvwxyz"))
    outfit = {each.name: each.outfit for each in found.readers}
    assert max(outfit, key=outfit.__getitem__) == "w"
    assert outfit["w"] > 1.15
    assert 0 <= found.reader_reliability < 1
    assert len(found.images) == len(SOURCES)


def test_images_that_do_not_differ_have_no_spread():
    table = np.random.default_rng(2).permuted(np.tile([1.0, 2.0, 3.0], (4, 20)), axis=1)
    found = analysis.many_facet_rasch(table, SOURCES)
    assert found.image_sd < 0.3
    assert found.at_boundary == (found.image_sd == 0)
    assert [step.name for step in analysis.many_facet_rasch(table + 1, SOURCES).steps] == ["2 to 3", "3 to 4"]


def test_what_has_no_estimate_is_refused_by_name():
    table = ratings()
    table[1] = 4
    with pytest.raises(analysis.AnalysisError, match="Reader R2 gave one end of the scale"):
        analysis.many_facet_rasch(table, SOURCES, readers=["R1", "R2", "R3", "R4", "R5"])
    with pytest.raises(analysis.AnalysisError, match="needs its source"):
        analysis.many_facet_rasch(table, SOURCES[:-1])
    with pytest.raises(analysis.AnalysisError, match="two readers"):
        analysis.many_facet_rasch(table[:1], SOURCES)


def test_readers_who_always_agree_have_a_fit_without_a_warning():
    # where the model leaves no doubt of an answer, its variance is zero in floating point
    table = np.tile(np.random.default_rng(8).integers(0, 2, 10) * 1.0, (4, 1))
    try:
        found = analysis.many_facet_rasch(table, ["a", "b"] * 5)
    except analysis.AnalysisError:
        return
    assert all(np.isfinite([each.infit, each.outfit]).all() for each in found.readers)
