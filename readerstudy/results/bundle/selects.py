"""The tables of answers: their columns, and the SELECT that each of them is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from readerstudy.results.bundle.coarse import coarse_sql

Keys = Sequence[int]

COLUMNS: dict[str, tuple[str, ...]] = {
    "picks.csv": (
        "section", "reader", "trial", "order", "picked", "correct", "slot_picked", "slot_real",
        "response_ms", "repeat_of", "catch", "disclosed",
    ),
    "ratings.csv": (
        "section", "reader", "trial", "image", "source", "slot", "order", "rating", "repeat_of", "catch",
        "disclosed",
    ),
    "calls.csv": (
        "section", "reader", "trial", "image", "source", "call", "confidence", "order", "response_ms",
        "repeat_of", "catch", "disclosed",
    ),
    "checks.csv": (
        "section", "reader", "trial", "image", "source", "label", "intended", "observed", "verdict", "order",
        "response_ms", "repeat_of", "catch", "disclosed",
    ),
    "reasons.csv": ("section", "reader", "trial", "image", "source", "tag", "x", "y"),
}  # fmt: skip
#: What a masked bundle has: no truth, and nothing that comes from the plan.
MASKED: dict[str, tuple[str, ...]] = {
    "picks.csv": ("section", "reader", "trial", "picked", "response_ms", "repeat_of"),
    "ratings.csv": ("section", "reader", "trial", "image", "rating", "repeat_of"),
    "calls.csv": ("section", "reader", "trial", "image", "call", "confidence", "response_ms", "repeat_of"),
    "checks.csv": (
        "section", "reader", "trial", "image", "label", "observed", "verdict", "response_ms", "repeat_of",
    ),
    "reasons.csv": ("section", "reader", "trial", "image", "tag", "x", "y"),
}  # fmt: skip


def columns_of(table: str, *, masked: bool, arms: bool = False) -> tuple[str, ...]:
    """The columns of a table of answers; `arms` adds the letters of the sources to masked ratings."""
    if not masked:
        return COLUMNS[table]
    return (*MASKED[table], "source") if arms and table == "ratings.csv" else MASKED[table]


@dataclass(frozen=True, kw_only=True)
class Select:
    """How one table comes from the answers; see `staging.py` for the tables named bundle_*.

    `columns` says what the columns are that `COMMON` does not know. An empty text is no value in a bundle.
    """

    columns: Mapping[str, str]
    joins: str
    where: str = "TRUE"
    masked_order: str = "t.rank"
    order: str = "t.rank"

    def sql(self, columns: tuple[str, ...], readers: Keys, sections: Keys, *, masked: bool) -> str:
        """The rows of some readers. Naming keys, although the joins say as much, tells a planner how few."""
        known = {**COMMON, **self.columns, **(MASKED_VALUES if masked else {})}
        wanted = ", ".join(known[name] for name in columns)
        place, last = (BY_NAME, self.masked_order) if masked else (BY_READING, self.order)
        return f"""
            SELECT {wanted} {ANSWERS} {self.joins}
            WHERE r.enrolment_id IN ({_listed(readers)}) AND p.section_id IN ({_listed(sections)})
            AND {FINAL} AND {self.where} ORDER BY {place}, p."order", {last}"""


def _listed(keys: Keys) -> str:
    return ", ".join(str(int(key)) for key in keys) or "NULL"


#: Rows of a masked bundle stand in the order of their names: that of reading comes from the plan. One number
#: is sorted much faster than its parts.
BY_NAME = "(e.rank * 4294967296 + t.rank) * 2 + CAST(p.repeats_id IS NOT NULL AS integer)"
BY_READING = "e.rank * 4294967296 + t.section_rank"
ANSWERS = """
    FROM bundle_reader e JOIN reading_response r ON r.enrolment_id = e.id
    JOIN reading_presentation p ON p.id = r.presentation_id JOIN bundle_trial t ON t.id = p.trial_id"""
#: Only the newest revision of an answer counts. That a newer one is at least the second spares the database
#: to look through all the others.
FINAL = """NOT EXISTS (SELECT 1 FROM reading_response newer WHERE newer.presentation_id = r.presentation_id
    AND newer.enrolment_id = r.enrolment_id AND newer.revision > r.revision AND newer.revision > 1)"""
COMMON = {
    "section": "t.section",
    "reader": "e.name",
    "trial": "CASE WHEN p.repeats_id IS NULL THEN t.name ELSE t.name || '-again' END",
    "repeat_of": "CASE WHEN p.repeats_id IS NOT NULL THEN t.name END",
    "order": 'p."order"',
    "response_ms": "CASE WHEN t.untimed = 0 THEN r.response_ms END",
    "catch": "t.catch",
    "disclosed": "t.disclosed",
    "image": "i.name",
    "source": "NULLIF(i.source, '')",
    "slot": "s.position + 1",
}
MASKED_VALUES = {"response_ms": f"CASE WHEN t.untimed = 0 THEN {coarse_sql('r.response_ms')} END"}
IMAGE = "JOIN bundle_image i ON i.id = s.trial_image_id"
FIRST = f"JOIN reading_slot s ON s.presentation_id = p.id AND s.position = 0 {IMAGE}"
REAL = """(SELECT MIN(x.position) + 1 FROM reading_slot x JOIN bundle_image y ON y.id = x.trial_image_id
    WHERE x.presentation_id = p.id AND y.is_real = 1)"""

SELECTS = {
    "picks.csv": Select(
        columns={
            "picked": "NULLIF(i.alternative, '')",
            "correct": "i.is_real",
            "slot_picked": "s.position + 1",
            "slot_real": REAL,
        },
        joins=f"JOIN reading_slot s ON s.id = r.pick_id {IMAGE}",
        where="t.task = 'pick_real'",
    ),
    "ratings.csv": Select(
        columns={"rating": "g.points"},
        joins=f"""JOIN reading_rating g ON g.response_id = r.id
            JOIN reading_slot s ON s.id = g.slot_id {IMAGE}""",
        masked_order="i.rank",
        order="s.position",
    ),
    "calls.csv": Select(
        columns={"call": "NULLIF(r.call, '')", "confidence": "r.confidence"},
        joins=FIRST,
        # A call that came too late is missing, which answers.csv says.
        where="t.task = 'call' AND r.call <> ''",
    ),
    "checks.csv": Select(
        columns={
            "label": "NULL",
            "intended": "NULL",
            "verdict": "r.verdict",
            "observed": "CAST(r.observed AS text)",
            "trial_image": "s.trial_image_id",
        },
        joins=FIRST,
        where="t.task = 'check_label' AND r.verdict <> ''",
    ),
    "reasons.csv": Select(
        columns={"tag": "w.tag", "x": "w.x", "y": "w.y", "answer": "r.id"},
        joins=f"""JOIN reading_reason w ON w.response_id = r.id
            JOIN reading_slot s ON s.id = w.slot_id {IMAGE}""",
        masked_order="w.id",
        order="w.id",
    ),
}
