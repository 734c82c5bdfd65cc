"""The columns of the report's tables: key, heading, and how a value is printed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from analysis.reporting.words import number, percent
from analysis.rounding import p_text

Kind = Literal["text", "count", "percent", "number", "small", "p", "seconds", "yes"]
Row = Mapping[str, Any]
EMPTY = "–"


@dataclass(frozen=True)
class Column:
    """A column: its key in the rows, its heading, how its values are printed."""

    key: str
    heading: str
    kind: Kind = "text"

    @property
    def is_number(self) -> bool:
        return self.kind not in {"text", "yes"}

    def shown(self, row: Row) -> str:
        """The value in print."""
        value = row.get(self.key)
        if value is None:
            return EMPTY
        if self.kind == "percent":
            return percent(value)
        if self.kind == "number":
            return number(value)
        if self.kind == "small":
            return number(value, 5)
        if self.kind == "p":
            return p_text(value)
        if self.kind == "seconds":
            return number(value / 1000, 1)
        if self.kind == "count":
            return f"{value:,.10g}"
        if self.kind == "yes":
            return "yes" if value else "no"
        return str(value)


def _columns(*described: tuple[str, str, Kind]) -> tuple[Column, ...]:
    return tuple(Column(*each) for each in described)


RATE = _columns(
    ("n", "n", "count"), ("rate", "share", "percent"), ("low", "low", "percent"), ("high", "high", "percent")
)
DETECTION_READERS = (*_columns(("reader", "Reader", "text"), ("k", "found", "count")), *RATE)
TRIALS = _columns(("trial", "Trial", "text"), ("k", "found it", "count"), ("n", "readers", "count"))
PICKS = _columns(("alternative", "Alternative", "text"), ("picks", "picks", "count"))
SLOTS = _columns(
    ("slot", "Position", "text"), ("picks", "picks", "count"), ("real", "real image stood here", "count")
)
SOURCES = _columns(
    ("source", "Source", "text"),
    ("n", "n", "count"),
    ("text", "mean", "text"),
    ("low", "low", "number"),
    ("high", "high", "number"),
    ("sd", "SD", "number"),
    ("floor", "lowest point", "percent"),
    ("ceiling", "highest point", "percent"),
)
PUBLISHED = _columns(
    ("comparison", "Comparison", "text"),
    ("means", "means", "text"),
    ("p", "p, as published", "p"),
    ("p_holm", "Holm", "p"),
    ("p_exact", "p, exact", "p"),
    ("p_pratt", "p, Pratt", "p"),
    ("n_zero", "zeros", "count"),
    ("estimate", "difference", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
    ("within", "equivalent", "yes"),
)
TESTS = _columns(
    ("comparison", "Comparison", "text"),
    ("unit", "unit", "text"),
    ("method", "method", "text"),
    ("n", "n", "count"),
    ("n_zero", "zeros", "count"),
    ("statistic", "statistic", "number"),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
)
MODEL = _columns(
    ("name", "Term", "text"),
    ("estimate", "estimate", "number"),
    ("se", "SE", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
    ("z", "z", "number"),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
)
CHOICE = tuple(Column("z", "t", "number") if c.key == "z" else c for c in MODEL)
EFFECTS = _columns(
    ("comparison", "Comparison", "text"),
    ("unit", "unit", "text"),
    ("superiority", "P", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
    ("rank_biserial", "rank-biserial", "number"),
    ("shift", "shift", "number"),
    ("shift_low", "low", "number"),
    ("shift_high", "high", "number"),
)
CALLS = _columns(
    ("reader", "Reader", "text"),
    ("hit", "hits", "count"),
    ("miss", "misses", "count"),
    ("false_alarm", "false alarms", "count"),
    ("correct_rejection", "correct rejections", "count"),
    ("accuracy", "accuracy", "percent"),
    ("criterion_loglinear", "criterion", "number"),
)
INDICES = _columns(
    ("reader", "Reader", "text"),
    ("sensitivity", "sensitivity", "percent"),
    ("sensitivity_low", "low", "percent"),
    ("sensitivity_high", "high", "percent"),
    ("specificity", "specificity", "percent"),
    ("specificity_low", "low", "percent"),
    ("specificity_high", "high", "percent"),
    ("dprime_loglinear", "d′", "number"),
    ("dprime_loglinear_low", "low", "number"),
    ("dprime_loglinear_high", "high", "number"),
    ("auc_estimate", "AUC", "number"),
    ("auc_low", "low", "number"),
    ("auc_high", "high", "number"),
)
AREAS = _columns(
    ("source", "Generator", "text"),
    ("estimate", "AUC", "number"),
    ("se", "SE", "number"),
    ("df", "df", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
)
CROSS_CHECK = _columns(
    ("section", "Section", "text"),
    ("statistic", "statistic", "text"),
    ("program", "program", "text"),
    ("ours", "here", "small"),
    ("theirs", "there", "small"),
    ("difference", "difference", "text"),
    ("agrees", "agrees", "yes"),
    ("note", "note", "text"),
)
COMPONENTS = _columns(
    ("quantity", "Quantity", "text"), ("component", "component", "text"), ("variance", "variance", "small")
)
BY_SOURCE = (*_columns(("source", "Source", "text"), ("detected", "called synthetic", "count")), *RATE)
DIFFERENCES = _columns(
    ("comparison", "Comparison", "text"),
    ("difference", "difference", "number"),
    ("se", "SE", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
)
SAME_CASES = _columns(
    ("who", "Calls of", "text"),
    ("q", "Cochran’s Q", "number"),
    ("p_q", "p", "p"),
    ("comparison", "pair", "text"),
    ("only_a", "only first detected", "count"),
    ("only_b", "only second detected", "count"),
    ("p", "McNemar, exact", "p"),
    ("p_holm", "Holm", "p"),
)
IMAGES = _columns(
    ("image", "Image", "text"), ("source", "source", "text"), ("wrong", "wrong", "count"), ("n", "n", "count")
)
CALIBRATION = _columns(("confidence", "Confidence", "count"), ("k", "correct", "count"), ("n", "n", "count"))
CHECKS = (*_columns(("reader", "Reviewer", "text"), ("discrepant", "discrepant", "count")), *RATE)
LABELS = _columns(
    ("label", "Label", "text"),
    ("what", "compared", "text"),
    ("n", "n", "count"),
    ("agree", "as intended", "count"),
    ("kappa", "kappa", "number"),
    ("kappa_low", "low", "number"),
    ("kappa_high", "high", "number"),
    ("kappa_quadratic", "quadratic", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
    ("p_direction", "p, sign", "p"),
    ("p_margins", "Stuart–Maxwell", "p"),
    ("p_symmetry", "Bowker", "p"),
)
AGREEMENT = _columns(
    ("coefficient", "Coefficient", "text"),
    ("estimate", "estimate", "number"),
    ("low", "low, cases", "number"),
    ("high", "high, cases", "number"),
    ("low_readers", "low, readers", "number"),
    ("high_readers", "high, readers", "number"),
    ("se_null", "SE, null", "number"),
    ("z", "z", "number"),
    ("p", "p", "p"),
)
CATEGORIES = _columns(
    ("category", "Category", "text"),
    ("share", "share", "percent"),
    ("estimate", "kappa", "number"),
    ("se_null", "SE, null", "number"),
    ("z", "z", "number"),
    ("p", "p", "p"),
)
PAIRS = _columns(
    ("pair", "Readers", "text"),
    ("n_cases", "n", "count"),
    ("observed", "agreement", "percent"),
    ("estimate", "kappa", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
    ("prevalence_index", "prevalence", "number"),
    ("bias_index", "bias", "number"),
    ("pabak", "PABAK", "number"),
)
RUN = _columns(
    ("reader", "Reader", "text"),
    ("n", "answers", "count"),
    ("missing", "missing", "count"),
    ("median_ms", "median s", "seconds"),
    ("fast", "under 1 s", "count"),
    ("share", "most used point", "percent"),
    ("flagged", "straight-lining", "yes"),
)
