"""Marginal models from statsmodels: generalised estimating equations, and errors robust to clusters.

They answer for the average over readers and cases, where the mixed models answer for one reader and one case;
the clusters should be many (some forty and more) for their errors to hold.
"""

import warnings
from collections.abc import Sequence
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from analysis.errors import UnknownChoiceError, WrongShapeError, WrongValueError
from analysis.mixed.fit import MISSING
from analysis.mixed.result import Coefficient
from analysis.mixed.search import RUNAWAY, UnfittedError
from analysis.proportions import check_level

DEPENDENT = "A property never varies, or follows from the others; leave it out."
Structure = Literal["independence", "exchangeable"]
Family = Literal["binomial", "gaussian"]


def fit_gee(
    outcome: npt.ArrayLike,
    design: npt.ArrayLike,
    names: Sequence[str],
    clusters: npt.ArrayLike,
    *,
    family: Family = "binomial",
    structure: Structure = "exchangeable",
    level: float = 0.95,
) -> tuple[Coefficient, ...]:
    """Generalised estimating equations with sandwich errors (Liang & Zeger 1986, Biometrika 73:13).

    Parameters
    ----------
    outcome
        0 or 1 for ``binomial``, any number for ``gaussian``.
    design
        Answers x effects, without an intercept: one is added, named ``(Intercept)``.
    names
        Of the effects.
    clusters
        What answers belong together: readers, or cases.
    family
        binomial or gaussian.
    structure
        The working correlation within a cluster.
    level
        Confidence level of the interval.

    Returns
    -------
    tuple of Coefficient
        The intercept and the effects.
    """
    import statsmodels.api as sm

    check_level(level)
    within = _structure(structure)
    groups = _clusters(clusters)
    order = np.argsort(groups, kind="stable")
    y, x = _with_intercept(outcome, design)
    model = sm.GEE(y[order], x[order], groups=groups[order], family=_family(family), cov_struct=within)
    return _coefficients(_fitted(model, family), ["(Intercept)", *names], level)


def fit_cluster_robust(
    outcome: npt.ArrayLike,
    design: npt.ArrayLike,
    names: Sequence[str],
    clusters: npt.ArrayLike,
    *,
    family: Family = "binomial",
    level: float = 0.95,
) -> tuple[Coefficient, ...]:
    """A generalised linear model with errors robust to one or two clusters.

    Parameters
    ----------
    outcome
        0 or 1 for ``binomial``, any number for ``gaussian``.
    design
        Answers x effects, without an intercept: one is added, named ``(Intercept)``.
    names
        Of the effects.
    clusters
        One list, or answers x 2 for readers and cases at once (Cameron, Gelbach & Miller 2011, J Bus Econ
        Stat 29:238).
    family
        binomial or gaussian.
    level
        Confidence level of the interval.

    Returns
    -------
    tuple of Coefficient
        The intercept and the effects.
    """
    import statsmodels.api as sm

    check_level(level)
    y, x = _with_intercept(outcome, design)
    groups = _clusters(clusters)
    if groups.ndim == 1:
        coded = np.unique(groups, return_inverse=True)[1].ravel()
    else:
        coded = np.column_stack([np.unique(column, return_inverse=True)[1].ravel() for column in groups.T])
    model = sm.GLM(y, x, family=_family(family))
    fitted = _fitted(model, family, cov_type="cluster", cov_kwds={"groups": coded})
    return _coefficients(fitted, ["(Intercept)", *names], level)


def _clusters(clusters: npt.ArrayLike) -> npt.NDArray[Any]:
    """The cluster, or the two clusters, of each answer; one alone shows no variation between clusters."""
    groups = np.asarray(clusters)
    if min(len(set(column.tolist())) for column in np.atleast_2d(groups.T)) < 2:
        raise WrongValueError("Errors robust to clusters need two clusters: readers, or cases.")
    return groups


def _fitted(model: Any, family: str, **how: Any) -> Any:
    """Fit, and refuse what statsmodels returns with a warning where no finite maximum exists."""
    if family == "binomial" and len(np.unique(model.endog)) < 2:
        raise UnfittedError("All answers are the same, so there is nothing to model; report their share.")
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        fitted = model.fit(**how)
    found = np.concatenate([fitted.params, fitted.bse])
    runaway = family == "binomial" and np.abs(model.exog @ fitted.params).max() > RUNAWAY
    if runaway or not np.isfinite(found).all():
        raise UnfittedError(
            "The model has no finite maximum; look for a source or reader with one answer throughout."
        )
    return fitted


def _family(name: str) -> Any:
    import statsmodels.api as sm

    families = {"binomial": sm.families.Binomial, "gaussian": sm.families.Gaussian}
    if name not in families:
        raise UnknownChoiceError(f"The family {name!r} is unknown: take {' or '.join(families)}.")
    return families[name]()


def _structure(name: str) -> Any:
    import statsmodels.api as sm

    structures = {"independence": sm.cov_struct.Independence, "exchangeable": sm.cov_struct.Exchangeable}
    if name not in structures:
        raise UnknownChoiceError(f"The structure {name!r} is unknown: take {' or '.join(structures)}.")
    return structures[name]()


def _with_intercept(outcome: npt.ArrayLike, design: npt.ArrayLike) -> tuple[Any, Any]:
    y = np.asarray(outcome, dtype=float)
    x = np.asarray(design, dtype=float)
    x = x.reshape(len(y), -1) if x.size else np.empty((len(y), 0))
    if len(x) != len(y):
        raise WrongShapeError(f"{len(y)} answers need as many rows of the design, not {len(x)}.")
    if not (np.isfinite(y).all() and np.isfinite(x).all()):
        raise WrongValueError(MISSING)
    centred = x - x.mean(axis=0)
    spread = np.sqrt((centred**2).sum(axis=0))
    if (spread <= 0).any() or np.linalg.matrix_rank(centred / np.where(spread > 0, spread, 1.0)) < x.shape[1]:
        raise UnfittedError(DEPENDENT)
    return y, np.column_stack([np.ones(len(y)), x])


def _coefficients(fitted: Any, names: Sequence[str], level: float) -> tuple[Coefficient, ...]:
    ends = np.asarray(fitted.conf_int(alpha=1 - level))
    return tuple(
        Coefficient(
            name=name,
            estimate=float(fitted.params[i]),
            se=float(fitted.bse[i]),
            z=float(fitted.tvalues[i]),
            p=float(fitted.pvalues[i]),
            low=float(ends[i, 0]),
            high=float(ends[i, 1]),
        )
        for i, name in enumerate(names)
    )
