"""What an endpoint is tested with: an estimate with its error, on the scale of the test."""

from dataclasses import dataclass, replace

import numpy as np
from scipy import special

from analysis.bundle.endpoints import DeclaredEndpoint


@dataclass(frozen=True, kw_only=True)
class Found:
    """An estimate with its error on the scale of the test, and the value that it is held against."""

    estimate: float | None
    low: float | None
    high: float | None
    t_scale_estimate: float
    t_scale_null: float
    se: float | None
    df: float | None
    logits: bool = False

    def interval(self, level: float) -> tuple[float | None, float | None]:
        """The interval at another level, made on the scale of the test."""
        if not self.se or self.df is None:
            return None, None
        reach = float(special.stdtrit(self.df, (1 + level) / 2)) * self.se
        ends = (self.t_scale_estimate - reach, self.t_scale_estimate + reach)
        low, high = map(float, special.expit(ends) if self.logits else ends)
        return low, high


def plain(found: object, asked: DeclaredEndpoint) -> Found:
    """An interval with its error, held against the endpoint's value, or zero."""
    estimate, low, high, se, df = (getattr(found, key) for key in ("estimate", "low", "high", "se", "df"))
    null = 0.0 if asked.against is None else asked.against
    return Found(
        estimate=estimate, low=low, high=high, t_scale_estimate=estimate, t_scale_null=null, se=se, df=df
    )


def turned(found: Found) -> Found:
    """The second minus the first."""
    estimate, low, high = (None if end is None else -end for end in (found.estimate, found.high, found.low))
    return Found(
        estimate=estimate,
        low=low,
        high=high,
        t_scale_estimate=-found.t_scale_estimate,
        t_scale_null=found.t_scale_null,
        se=found.se,
        df=found.df,
    )


def on_logits(found: Found, asked: DeclaredEndpoint) -> Found:
    """The same share tested on the logit scale, as its interval is made; a margin is on the share’s own."""
    value = found.estimate
    if value is None or found.se is None or not 0 < value < 1 or asked.margin is not None:
        return found
    return replace(
        found,
        t_scale_estimate=float(special.logit(value)),
        t_scale_null=float(special.logit(found.t_scale_null)),
        se=found.se / (value * (1 - value)),
        logits=True,
    )


def p_value(found: Found, asked: DeclaredEndpoint) -> float:
    """Student's t on the crossed error."""
    away = found.t_scale_estimate - found.t_scale_null
    side = -1.0 if asked.better == "lower" else 1.0
    margin = asked.margin or 0.0
    if asked.test == "difference":
        return 2 * _upper(abs(away), found)
    if asked.test == "equivalence":
        return max(_upper(margin + away, found), _upper(margin - away, found))
    return _upper(side * away + margin, found)


def _upper(distance: float, found: Found) -> float:
    se, df = found.se or np.nan, found.df or np.nan
    return float(special.stdtr(df, -distance / se))
