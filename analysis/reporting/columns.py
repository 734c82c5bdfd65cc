"""The columns of the report's tables: key, heading, and how a value is printed."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from analysis.reporting.words import NO_INTERVAL, number, percent, points
from analysis.rounding import p_text

Kind = Literal["text", "count", "percent", "points", "number", "small", "p", "seconds", "yes"]
Row = Any
KindOf = Kind | Callable[[Row], Kind]
EMPTY = "–"


@dataclass(frozen=True)
class Column:
    """A column: its key in files, its heading, how its values are printed, and where a row has them.

    `of` is an attribute of a row, or a path of them; the key unless told. A row without it has no value.
    Where rows differ in how they are printed, `kind` tells it of each. A difference of shares is in points.
    `said` says in words what files have as it stands in the data.
    """

    key: str
    heading: str
    kind: KindOf = "text"
    of: str | Callable[[Row], Any] = ""
    said: Callable[[Row], str] | None = None

    def value(self, row: Row) -> Any:
        """Return the value of this column in a row, None where there is none."""
        if callable(self.of):
            return self.of(row)
        for step in (self.of or self.key).split("."):
            row = getattr(row, step, None)
        return row

    @property
    def is_number(self) -> bool:
        return self.kind not in {"text", "yes"}

    def kind_in(self, row: Row) -> Kind:
        """How the value of a row is printed."""
        return self.kind(row) if callable(self.kind) else self.kind

    def shown(self, row: Row) -> str:
        """The value in print."""
        value = self.value(row)
        if value is None:
            return EMPTY
        return self.said(row) if self.said else PRINTED[self.kind_in(row)](value)


PRINTED: dict[str, Callable[[Any], str]] = {
    "text": str,
    "count": lambda value: f"{value:,.10g}",
    "percent": percent,
    "points": points,
    "number": number,
    "small": lambda value: number(value, 5),
    "p": p_text,
    "seconds": lambda value: number(value / 1000, 1),
    "yes": lambda value: "yes" if value else "no",
}


def printed_ends(kind: Kind, low: float | None, high: float | None) -> str:
    """Return both ends of an interval in print."""
    if low is None or high is None:
        return NO_INTERVAL
    return f"{PRINTED[kind](low)} to {PRINTED[kind](high)}"


RANK_TESTS = {
    "wilcoxon-asymptotic": "signed-rank, asymptotic",
    "wilcoxon-exact": "signed-rank, exact",
    "wilcoxon-pratt": "signed-rank, Pratt",
    "rank-sum-asymptotic": "rank-sum, asymptotic",
}


def columns_of(
    *described: tuple[str, str, KindOf] | tuple[str, str, KindOf, str | Callable[[Row], Any]],
) -> tuple[Column, ...]:
    return tuple(Column(*each) for each in described)


def kind_of_row(row: Row) -> Kind:
    """The kind that a row has for all its values."""
    kind: Kind = row.kind
    return kind


def compared(row: Row) -> str:
    """The two that a row compares."""
    return f"{row.a} – {row.b}"


RATE = columns_of(
    ("n", "n", "count"), ("rate", "share", "percent"), ("low", "low", "percent"), ("high", "high", "percent")
)
ENDPOINTS = columns_of(
    ("name", "Endpoint", "text"),
    ("role", "role", "text"),
    ("tested", "test", "text"),
    ("estimate", "estimate", kind_of_row, "endpoint.estimate"),
    ("low", "low", kind_of_row, "endpoint.low"),
    ("high", "high", kind_of_row, "endpoint.high"),
    ("p", "p", "p", "endpoint.p"),
    ("p_holm", "Holm", "p", "endpoint.p_holm"),
    ("met", "met", "yes", "endpoint.met"),
)
SENSITIVITY = columns_of(
    ("analysis", "Analysis", "text"),
    ("n_answers", "answers", "count"),
    ("estimate", "share", "percent"),
    ("low", "low", "percent"),
    ("high", "high", "percent"),
    ("p", "p", "p"),
)
SUBGROUPS = columns_of(
    ("group", "Group", "text"),
    ("n_readers", "readers", "count"),
    ("n_cases", "cases", "count"),
    ("estimate", "share", "percent"),
    ("low", "low", "percent"),
    ("high", "high", "percent"),
    ("difference", "difference, points", "points"),
    ("difference_low", "low", "points"),
    ("difference_high", "high", "points"),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
)
SUBGROUPS_OF_RATINGS = columns_of(
    ("group", "Group", "text"),
    ("n_readers", "readers", "count"),
    ("n_cases", "trials", "count"),
    ("estimate", "real minus synthetic", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
    ("difference", "difference", "number"),
    ("difference_low", "low", "number"),
    ("difference_high", "high", "number"),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
)
DETECTION_READERS = (*columns_of(("reader", "Reader", "text"), ("k", "found", "count")), *RATE)
TRIALS = columns_of(("trial", "Trial", "text"), ("k", "found it", "count"), ("n", "readers", "count"))
PICKS = columns_of(("alternative", "Alternative", "text"), ("picks", "picks", "count"))
SLOTS = columns_of(
    ("slot", "Position", "count"), ("picks", "picks", "count"), ("real", "real image stood here", "count")
)
SOURCES = (
    *columns_of(("source", "Source", "text"), ("n", "n", "count")),
    Column("mean", "mean", "number", said=lambda row: row.text),
    *columns_of(
        ("low", "low", "number"),
        ("high", "high", "number"),
        ("sd", "SD", "number"),
        ("floor", "lowest point", "percent"),
        ("ceiling", "highest point", "percent"),
    ),
)
PUBLISHED = columns_of(
    ("comparison", "Comparison", "text", lambda row: compared(row.pair)),
    ("means", "means", "text"),
    ("p", "p, as published", "p", "published.p"),
    ("p_holm", "Holm", "p", "published.p_holm"),
    ("p_exact", "p, exact", "p", "exact.p"),
    ("p_pratt", "p, Pratt", "p", "pratt.p"),
    ("n_zero", "zeros", "count", "published.n_zero"),
    ("estimate", "difference", "number", "pair.difference.estimate"),
    ("low", "low", "number", "pair.difference.low"),
    ("high", "high", "number", "pair.difference.high"),
    ("within", "equivalent", "yes", "pair.equivalence.within"),
)
TESTS = columns_of(
    ("comparison", "Comparison", "text", lambda row: compared(row.pair)),
    ("unit", "unit", "text", "pair.unit"),
    ("method", "method", "text", lambda row: RANK_TESTS.get(row.test.method, row.test.method)),
    ("n", "n", "count", "test.n"),
    ("n_zero", "zeros", "count", "test.n_zero"),
    ("statistic", "statistic", "number", "test.statistic"),
    ("p", "p", "p", "test.p"),
    ("p_holm", "Holm", "p", "test.p_holm"),
)
MODEL = columns_of(
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
EFFECTS = columns_of(
    ("comparison", "Comparison", "text", compared),
    ("unit", "unit", "text", lambda pair: pair.unit if pair.paired else "image"),
    ("superiority", "P", "number", "superiority.estimate"),
    ("low", "low", "number", "superiority.low"),
    ("high", "high", "number", "superiority.high"),
    ("rank_biserial", "rank-biserial", "number", "effect.rank_biserial"),
    ("shift", "shift", "number", "effect.hodges_lehmann.estimate"),
    ("shift_low", "low", "number", "effect.hodges_lehmann.low"),
    ("shift_high", "high", "number", "effect.hodges_lehmann.high"),
)
CALLS = columns_of(
    ("reader", "Reader", "text"),
    ("hit", "hits", "count"),
    ("miss", "misses", "count"),
    ("false_alarm", "false alarms", "count"),
    ("correct_rejection", "correct rejections", "count"),
    ("accuracy", "accuracy", "percent"),
    ("accuracy_low", "low", "percent", "accuracy_interval.low"),
    ("accuracy_high", "high", "percent", "accuracy_interval.high"),
    ("criterion_loglinear", "criterion", "number"),
)
INDICES = columns_of(
    ("reader", "Reader", "text"),
    ("sensitivity", "sensitivity", "percent"),
    ("sensitivity_low", "low", "percent", "sensitivity_interval.low"),
    ("sensitivity_high", "high", "percent", "sensitivity_interval.high"),
    ("specificity", "specificity", "percent"),
    ("specificity_low", "low", "percent", "specificity_interval.low"),
    ("specificity_high", "high", "percent", "specificity_interval.high"),
    ("dprime_loglinear", "d′", "number"),
    ("dprime_loglinear_low", "low", "number"),
    ("dprime_loglinear_high", "high", "number"),
    ("auc_estimate", "AUC", "number", "auc.estimate"),
    ("auc_low", "low", "number", "auc.low"),
    ("auc_high", "high", "number", "auc.high"),
)
CONFIDENCE = columns_of(
    ("reader", "Reader", "text"),
    ("area", "AUC, binormal", "number", lambda row: row.values.get("area")),
    ("area_se", "SE", "number", lambda row: row.se.get("area")),
    ("sd_ratio", "SD ratio", "number", lambda row: row.values.get("sd_ratio")),
    ("sd_ratio_se", "SE", "number", lambda row: row.se.get("sd_ratio")),
    ("dprime", "d′", "number", lambda row: row.values.get("dprime")),
    ("meta_dprime", "meta-d′", "number", lambda row: row.values.get("meta_dprime")),
    ("meta_dprime_se", "SE", "number", lambda row: row.se.get("meta_dprime")),
    ("m_ratio", "meta-d′/d′", "number", lambda row: row.values.get("m_ratio")),
    ("m_ratio_se", "SE", "number", lambda row: row.se.get("m_ratio")),
)
CONFIDENCE_MEANS = columns_of(
    ("name", "Index", "text"),
    ("estimate", "mean", "number", "mean.estimate"),
    ("se", "SE", "number", "mean.se"),
    ("df", "df", "number", "mean.df"),
    ("low", "low", "number", "mean.low"),
    ("high", "high", "number", "mean.high"),
    ("between_sd", "SD between readers", "number", "mean.between_sd"),
    ("n_readers", "readers", "count", "mean.n_readers"),
)
MEASURES = columns_of(
    ("facet", "Facet", "text"),
    ("name", "name", "text", "measure.name"),
    ("estimate", "logits", "number", "measure.estimate"),
    ("se", "SE", "number", "measure.se"),
    ("low", "low", "number", "measure.low"),
    ("high", "high", "number", "measure.high"),
    ("p", "p", "p", "measure.p"),
    ("infit", "infit", "number", "measure.infit"),
    ("outfit", "outfit", "number", "measure.outfit"),
)
AREAS = columns_of(
    ("source", "Generator", "text"),
    ("estimate", "AUC", "number"),
    ("se", "SE", "number"),
    ("df", "df", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
)
CROSS_CHECK = columns_of(
    ("section", "Section", "text"),
    ("statistic", "statistic", "text"),
    ("program", "program", "text"),
    ("ours", "here", "small"),
    ("theirs", "there", "small"),
    ("difference", "difference", "text", "apart"),
    ("agrees", "agrees", "yes"),
    ("note", "note", "text"),
)
COMPONENTS = columns_of(
    ("quantity", "Quantity", "text"), ("component", "component", "text"), ("variance", "variance", "small")
)
BY_SOURCE = (*columns_of(("source", "Source", "text"), ("detected", "called synthetic", "count")), *RATE)
DIFFERENCES = columns_of(
    ("comparison", "Comparison", "text", compared),
    ("difference", "difference", "number"),
    ("se", "SE", "number"),
    ("low", "low", "number"),
    ("high", "high", "number"),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
)
DETECTION_DIFFERENCES = columns_of(
    ("comparison", "Comparison", "text", compared),
    ("difference", "difference, points", "points"),
    ("se", "SE", "points"),
    ("low", "low", "points"),
    ("high", "high", "points"),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
)
GUESSING = columns_of(
    ("source", "Generator", "text"),
    ("estimate", "mean of sensitivity and specificity", "percent"),
    ("low", "low", "percent"),
    ("high", "high", "percent"),
    ("smallest_margin", "smallest margin, ± points", "points"),
    ("p", "p", "p"),
    ("p_holm", "Holm", "p"),
)
SAME_CASES = columns_of(
    ("who", "Calls of", "text"),
    ("q", "Cochran’s Q", "number", "cochran_q.statistic"),
    ("p_q", "p", "p", "cochran_q.p"),
    ("comparison", "pair", "text", lambda row: compared(row.pair)),
    ("only_a", "only first detected", "count", "pair.only_a"),
    ("only_b", "only second detected", "count", "pair.only_b"),
    ("p", "p, McNemar exact", "p", "pair.p"),
    ("p_holm", "Holm", "p", "pair.p_holm"),
)
IMAGES = columns_of(
    ("image", "Image", "text"), ("source", "source", "text"), ("wrong", "wrong", "count"), ("n", "n", "count")
)
CALIBRATION = (*columns_of(("confidence", "Confidence", "count"), ("k", "correct", "count")), *RATE)
COURSE = (*columns_of(("stage", "Part", "count"), ("k", "correct", "count")), *RATE)
CHECKS = (*columns_of(("reader", "Reviewer", "text"), ("discrepant", "discrepant", "count")), *RATE)
LABELS = columns_of(
    ("label", "Label", "text"),
    ("what", "compared", "text"),
    ("n", "n", "count", "found.n"),
    ("agree", "as intended", "count", "found.agree"),
    ("kappa", "kappa", "number", "found.kappa_identity.estimate"),
    ("kappa_low", "low", "number", "found.kappa_identity.low"),
    ("kappa_high", "high", "number", "found.kappa_identity.high"),
    ("kappa_quadratic", "quadratic", "number", "found.kappa_quadratic.estimate"),
    ("low", "low", "number", "found.kappa_quadratic.low"),
    ("high", "high", "number", "found.kappa_quadratic.high"),
    ("p_direction", "p, sign", "p", "found.direction.p"),
    ("p_margins", "p, Stuart–Maxwell", "p", "found.stuart_maxwell.p"),
    ("p_symmetry", "p, Bowker", "p", "found.bowker.p"),
)
AGREEMENT = columns_of(
    ("coefficient", "Coefficient", "text", "name"),
    ("estimate", "estimate", "number", "found.estimate"),
    ("low", "low, cases", "number", "found.low"),
    ("high", "high, cases", "number", "found.high"),
    ("low_readers", "low, readers", "number", "found.low_readers"),
    ("high_readers", "high, readers", "number", "found.high_readers"),
    ("se_null", "SE, null", "number", "found.se_null"),
    ("z", "z", "number", "found.z"),
    ("p", "p", "p", "found.p"),
)
CATEGORIES = columns_of(
    ("category", "Category", "text"),
    ("share", "share", "percent"),
    ("estimate", "kappa", "number"),
    ("se_null", "SE, null", "number"),
    ("z", "z", "number"),
    ("p", "p", "p"),
)
PAIRS = columns_of(
    ("pair", "Readers", "text", compared),
    ("n_cases", "n", "count", "kappa.n_cases"),
    ("observed", "agreement", "percent", "kappa.observed"),
    ("estimate", "kappa", "number", "kappa.estimate"),
    ("low", "low", "number", "kappa.low"),
    ("high", "high", "number", "kappa.high"),
    ("prevalence_index", "prevalence", "number", "indices.prevalence_index"),
    ("bias_index", "bias", "number", "indices.bias_index"),
    ("pabak", "PABAK", "number", "indices.pabak"),
)
RUN = columns_of(
    ("reader", "Reader", "text"),
    ("n", "answers", "count", "answers.n"),
    ("missing", "missing", "count", "answers.missing"),
    ("median_ms", "median, s", "seconds", "pace.median_ms"),
    ("fast", "under 1 s", "count", "pace.fast"),
    ("share", "share of most used point", "percent", "line.share"),
    ("flagged", "straight-lining", "yes", "line.flagged"),
)
