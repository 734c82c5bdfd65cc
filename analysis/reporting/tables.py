"""The tables of a report: one description each, for the page, the PDF, the workbook and the tidy CSVs."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from analysis.reporting.agreement_tables import agreement_tables
from analysis.reporting.columns import (
    AREAS,
    BY_SOURCE,
    CALIBRATION,
    CALLS,
    CHOICE,
    COMPONENTS,
    DETECTION_READERS,
    DIFFERENCES,
    EFFECTS,
    IMAGES,
    INDICES,
    MODEL,
    PICKS,
    PUBLISHED,
    RUN,
    SAME_CASES,
    SLOTS,
    SOURCES,
    TESTS,
    TRIALS,
    Column,
    Row,
)
from analysis.reporting.label_tables import label_tables
from analysis.reporting.names import apart, file_stem
from analysis.reporting.who import starting
from analysis.reporting.words import deviation, p_phrase


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table of one part of one section; ``most`` limits the rows in print, never in files."""

    name: str
    section: str
    part: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    most: int = 60
    note: str = ""

    @property
    def printed(self) -> Sequence[Row]:
        return self.rows[: self.most]

    @property
    def filled_columns(self) -> Sequence[Column]:
        """The columns in which some row says something."""
        return [c for c in self.columns if any(row.get(c.key) is not None for row in self.rows)]

    @property
    def left_out(self) -> int:
        return max(0, len(self.rows) - self.most)


def tables(document: Row) -> list[Table]:
    """Every table that the document has the numbers for."""
    return list(apart(table for name in document["sections"] for table in _of_section(document, name)))


def _of_section(document: Row, section: str) -> Iterator[Table]:
    part = document["sections"][section]

    def make(
        name: str, of: str, title: str, columns: tuple[Column, ...], rows: Sequence[Row], **more: Any
    ) -> Table:
        stem = file_stem(section)
        return Table(
            name=f"{stem}-{name}", section=section, part=of, title=title, columns=columns, rows=rows, **more
        )

    if "detection" in part:
        yield from _detection(part["detection"], make)
    if "discrimination" in part:
        yield from _discrimination(part["discrimination"], make)
    if "realism" in part:
        yield from _realism(part["realism"], make)
    if "label_checks" in part:
        yield from label_tables(part["label_checks"], make)
    yield from agreement_tables(part.get("agreement", {}), make)
    went = _run(part.get("conduct", {}))
    if went:
        yield make("conduct", "conduct", "How each reader went through the section", RUN, went)


def _detection(part: Row, make: Any) -> Iterator[Table]:
    if "by_reader" in part:
        title = "Real images found, by reader, with Wilson intervals"
        yield make("readers", "detection", title, DETECTION_READERS, part["by_reader"])
        title = "Trials, from those that fooled most readers"
        yield make("trials", "detection", title, TRIALS, part["by_trial"], most=12)
    choice = part.get("choice_model", {})
    if "coefficients" in choice:
        title = f"Choice model: log odds of being picked against {choice['reference']}"
        note = f"{starting(choice['method'])}, t over readers; these trials alone."
        yield make("choice", "detection", title, CHOICE, choice["coefficients"], note=note)
    rows = [{"alternative": name, "picks": n} for name, n in part.get("by_alternative", {}).items()]
    if rows:
        yield make("picks", "detection", "Picks, by alternative", PICKS, rows)
    position = part["position"]
    if position["counts"]:
        real = position.get("real_slots") or [None] * len(position["counts"])
        rows = [
            {"slot": str(i + 1), "picks": n, "real": r}
            for i, (n, r) in enumerate(zip(position["counts"], real, strict=True))
        ]
        note = f"Picks against equal counts: {p_phrase(position['p'])}"
        if position.get("correctness", {}).get("p") is not None:
            note += (
                f"; correct picks over the places of the real image: {p_phrase(position['correctness']['p'])}"
            )
        note += ". Both assume independent answers." if ";" in note else ", assuming independent answers."
        yield make("positions", "detection", "Picks, by position on the screen", SLOTS, rows, note=note)


def _realism(part: Row, make: Any) -> Iterator[Table]:
    if "by_source" not in part:
        return
    yield make("sources", "realism", "Ratings, by source", SOURCES, part["by_source"])
    rows = list(published_rows(part))
    if rows:
        on = next(pair["compared"] for pair in part["pairs"] if "compared" in pair)
        note = (
            f"Published method: signed-rank on the readers’ {on}, zeros dropped, normal approximation. "
            "Beside it what "
            "that hides: zeros, the exact test, and the difference with readers and cases random. The "
            "published test takes these images as the only ones: where images differ (by 0.6 logits, 8 "
            "readers, 50 images of each source) it finds a difference that is not there in 10% of studies, "
            "not in 5%."
        )
        yield make("published", "realism", "Comparisons in the published method", PUBLISHED, rows, note=note)
    sources = [row["source"] for row in part["by_source"]]
    columns = (Column("reader", "Reader"), *(Column(f"mean {name}", name, "number") for name in sources))
    rows = [
        {"reader": row["reader"]} | {f"mean {name}": mean for name, mean in row["means"].items()}
        for row in part["by_reader"]
    ]
    yield make("means", "realism", "Mean ratings, by reader", columns, rows)
    tests = [
        {"comparison": f"{pair['a']} – {pair['b']}", "unit": pair["unit"]} | test
        for pair in part["pairs"]
        for test in pair["tests"]
    ]
    yield make("tests", "realism", "Rank tests, each by its name", TESTS, tests, most=18)
    rows = [_effect(pair) for pair in part["pairs"] if pair.get("effect")]
    note = (
        "P: how often the first is rated higher than the second, ties counting half. Shift: Hodges and "
        "Lehmann’s, in points of the scale."
    )
    yield make("effects", "realism", "Sizes of the differences", EFFECTS, rows, note=note)
    model = part["ordinal_model"]
    if "coefficients" in model:
        # whether a threshold is zero is no question, so it has no p
        rows = [*model["coefficients"], *(t | {"z": None, "p": None} for t in model["thresholds"])]
        against_zero = {test["name"]: test for test in model["components"]}
        deviations = ", ".join(deviation(r, against_zero[r["name"]]) for r in model["random"])
        note = f"Log odds of a higher rating against {model['reference']}. Standard deviations: {deviations}."
        yield make("model", "realism", "Ordinal mixed model", MODEL, rows, note=note)


def _effect(pair: Row) -> Row:
    superior, shift = pair.get("superiority") or {}, pair["effect"]["hodges_lehmann"]
    return {
        "comparison": f"{pair['a']} – {pair['b']}",
        "unit": pair["unit"] if pair["paired"] else "image",
        "superiority": superior.get("estimate"),
        "low": superior.get("low"),
        "high": superior.get("high"),
        "rank_biserial": pair["effect"]["rank_biserial"],
        "shift": shift["estimate"],
        "shift_low": shift["low"],
        "shift_high": shift["high"],
    }


def published_rows(part: Row) -> Iterator[Row]:
    """Each comparison as published, beside what the published number hides."""
    text = {row["source"]: row["text"] for row in part["by_source"]}
    for pair in part["pairs"]:
        tests = {test["method"]: test for test in pair["tests"]}
        if pair["unit"] != "reader" or "wilcoxon-asymptotic" not in tests:
            continue
        shown = tests["wilcoxon-asymptotic"]
        difference = pair["difference"]
        yield {
            "comparison": f"{pair['a']} – {pair['b']}",
            "means": f"{text[pair['a']]} – {text[pair['b']]}",
            "p": shown["p"],
            "p_holm": shown["p_holm"],
            "p_exact": tests["wilcoxon-exact"]["p"],
            "p_pratt": tests["wilcoxon-pratt"]["p"],
            "n_zero": shown.get("n_zero"),
            "estimate": difference["estimate"],
            "low": difference["low"],
            "high": difference["high"],
            "within": pair["equivalence"]["within"],
        }


def _discrimination(part: Row, make: Any) -> Iterator[Table]:
    if "by_reader" in part:
        yield make("calls", "discrimination", "Calls against the truth, by reader", CALLS, part["by_reader"])
        note = "Intervals over the images of this study for each reader alone; d′ log-linear."
        title = "Sensitivity, specificity, d′ and AUC, by reader"
        rows = [_indices(row) for row in part["by_reader"]]
        yield make("indices", "discrimination", title, INDICES, rows, note=note)
    if "by_source" in part:
        yield make("by-source", "discrimination", "Called synthetic, by source", BY_SOURCE, part["by_source"])
    if part.get("differences"):
        rows = [{"comparison": f"{row['a']} – {row['b']}"} | row for row in part["differences"]]
        yield make("differences", "discrimination", "Differences in detection", DIFFERENCES, rows)
    generators = part.get("by_generator", {})
    if generators.get("areas"):
        note = "Readers and images random, U-statistic as in iMRMC; the real images are common to all."
        title = "Area under the ROC curve, by generator"
        yield make("areas", "discrimination", title, AREAS, generators["areas"], note=note)
    if generators.get("differences"):
        rows = [{"comparison": f"{row['a']} – {row['b']}"} | row for row in generators["differences"]]
        yield make("area-differences", "discrimination", "Differences in area", DIFFERENCES, rows)
    rows = list(variance_components(part))
    if rows:
        yield make("components", "discrimination", "Components of variance", COMPONENTS, rows)
    if "majority" in part.get("same_cases", {}):
        yield make(
            "same-cases",
            "discrimination",
            "The same cases, by generator",
            SAME_CASES,
            list(_same_cases(part)),
        )
    if part.get("by_image"):
        title = "Images, from those that fooled most readers"
        yield make("images", "discrimination", title, IMAGES, part["by_image"], most=12)
    if part.get("calibration"):
        title = "Correct calls, by confidence"
        yield make("calibration", "discrimination", title, CALIBRATION, part["calibration"])


def _indices(row: Row) -> Row:
    """A reader's indices with their intervals side by side."""
    found = {f"auc_{end}": row["auc"].get(end) for end in ("estimate", "low", "high")}
    for name in ("sensitivity", "specificity"):
        ends = row[f"{name}_interval"] or {}
        found |= {f"{name}_{end}": ends.get(end) for end in ("low", "high")}
    return {**row, **found}


def variance_components(part: Row) -> Iterator[Row]:
    """What readers, images and the rest add to the variance of one answer, and of a reader's area."""
    for quantity, found in (
        ("correct call", part.get("pooled", {}).get("crossed", {})),
        ("detection", part.get("balanced", {}).get("sensitivity") or {}),
        ("correct rejection", part.get("balanced", {}).get("specificity") or {}),
    ):
        for key, name in (("var_reader", "readers"), ("var_case", "images"), ("var_error", "rest")):
            if found.get(key) is not None:
                yield {"quantity": quantity, "component": name, "variance": found[key]}
    roc = part.get("roc", {})
    for key, name in (
        ("var_reader", "readers"),
        ("var_error", "images, one reader"),
        ("cov2", "images, common to two readers"),
    ):
        if roc.get(key) is not None:
            yield {"quantity": "area under the curve", "component": name, "variance": roc[key]}


def _same_cases(part: Row) -> Iterator[Row]:
    """A row a pair of generators, for the readers' majority and then for each reader."""
    same = part["same_cases"]
    everybody = [{"reader": "the majority"} | same["majority"]]
    for found in [*everybody, *(same["by_reader"] if len(same["by_reader"]) > 1 else [])]:
        for first, pair in zip([True] + [False] * len(found["mcnemar"]), found["mcnemar"], strict=False):
            q = found["cochran_q"] if first else {}
            yield {
                "who": found["reader"],
                "q": q.get("statistic"),
                "p_q": q.get("p"),
                "comparison": f"{pair['a']} – {pair['b']}",
            } | pair


def _run(conduct: Row) -> list[Row]:
    """Completeness, pace and straight-lining, a row a reader."""
    rows = {row["reader"]: dict(row) for row in conduct.get("completeness", {}).get("by_reader", [])}
    for more in (conduct.get("response_times", {}).get("by_reader", []), conduct.get("straight_lining", [])):
        for row in more:
            rows.setdefault(row["reader"], {}).update({k: v for k, v in row.items() if k != "n"})
    return list(rows.values())
