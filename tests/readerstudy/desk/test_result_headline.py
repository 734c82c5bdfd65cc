"""The first lines of a result say what is shown, and no more than that."""

from dataclasses import replace
from typing import Any

import pytest

from readerstudy.desk.result.bars import agreement_of, picks_of, ratings_of
from readerstudy.desk.result.headline import headline_of
from readerstudy.studies.protocol import ProtocolDocument, parse_protocol
from tests.readerstudy.factory import CALLS, protocol_text


@pytest.fixture
def document() -> ProtocolDocument:
    return parse_protocol(protocol_text())


def report(*, low: float, high: float, within: bool = False, margin: float | None = 0.1) -> dict[str, Any]:
    crossed = {"low": low, "high": high, "n_readers": 8, "p_greater": 0.2, "inference": "random readers"}
    equal = {"margin": margin, "within": within, "p": 0.04, "smallest_margin": 0.09, "low": low, "high": high}
    overall = {"k": 29, "n": 100, "rate": 0.29, "chance": 0.25, "crossed": crossed, "equivalence": equal}
    return {"study": {"level": 0.95}, "sections": {"triples": {"detection": {"overall": overall}}}}


@pytest.mark.parametrize(
    ("low", "high", "within", "words"),
    [
        (0.24, 0.34, True, "equivalent to guessing, 25%, within ±10 points."),
        (0.26, 0.40, False, "more often than by guessing, 25%."),
        (0.10, 0.20, False, "less often than by guessing, 25%."),
        (0.20, 0.40, False, "no difference from guessing, 25%, was found."),
    ],
)
def test_the_verdict_is_what_the_intervals_show(
    document: ProtocolDocument, low: float, high: float, within: bool, words: str
) -> None:
    found = headline_of(report(low=low, high=high, within=within), document, virtual=0)
    assert found is not None
    assert found.verdict.startswith(words)
    assert "found the real image in 29% of 100 trials" in found.finding


def test_better_than_chance_is_shown_only_where_the_interval_shows_it(document: ProtocolDocument) -> None:
    made = report(low=0.2497, high=0.54)
    made["sections"]["triples"]["detection"]["overall"]["crossed"]["p_greater"] = 0.0252
    found = headline_of(made, document, virtual=0)
    assert found is not None
    assert found.verdict.startswith("no difference")
    assert [(fact.term, fact.is_shown) for fact in found.facts][-1] == ("Better than chance", False)


def test_calls_are_counted_not_images_that_several_readers_called() -> None:
    document = parse_protocol(protocol_text(sections=CALLS))
    crossed = {"low": 0.5, "high": 0.7, "n_readers": 17, "inference": "random readers and cases"}
    pooled = {"k": 256, "n": 408, "rate": 256 / 408, "crossed": crossed}
    (section,) = document.sections
    made = {"study": {"level": 0.95}, "sections": {section.name: {"discrimination": {"pooled": pooled}}}}
    found = headline_of(made, document, virtual=0)
    assert found is not None
    assert found.finding == "17 readers were right in 63% of 408 calls."


def test_the_interval_says_what_it_takes_as_random(document: ProtocolDocument) -> None:
    few = report(low=0.2, high=0.4)
    few["sections"]["triples"]["detection"]["overall"]["crossed"]["inference"] = "fixed readers, random cases"
    found = headline_of(few, document, virtual=0)
    assert found is not None
    assert found.model == "Fixed readers, random cases."


def test_without_a_margin_nothing_is_said_of_equivalence(document: ProtocolDocument) -> None:
    found = headline_of(report(low=0.2, high=0.4, margin=None), document, virtual=0)
    assert found is not None
    assert (found.chart.band, found.chart.thick) == (None, None)
    assert "quivalen" not in found.verdict + "".join(fact.term for fact in found.facts)


@pytest.mark.parametrize(
    ("virtual", "who"), [(0, "8 readers found"), (8, "8 virtual readers found"), (3, "3 of them virtual")]
)
def test_virtual_readers_are_called_so(document: ProtocolDocument, virtual: int, who: str) -> None:
    found = headline_of(report(low=0.2, high=0.4), document, virtual=virtual)
    assert found is not None
    assert who in found.finding


def test_low_ratings_end_where_high_ones_begin(document: ProtocolDocument) -> None:
    rows = [
        {
            "source": "hospital-canary",
            "n": 10,
            "counts": {"1": 1, "2": 1, "3": 4, "4": 4},
            "mean": 3.1,
            "sd": 1.0,
        },
        {"source": "gan-canary", "n": 10, "counts": {"1": 4, "2": 4, "3": 1, "4": 1}, "mean": 1.9, "sd": 1.0},
    ]
    found = ratings_of({"by_source": rows}, replace(document))
    assert found is not None
    for row in found.rows:
        low = row.start + sum(part.width for part in row.parts if part.tone < 0)
        assert low == pytest.approx(found.middle)


def test_picks_stand_beside_what_chance_gives(document: ProtocolDocument) -> None:
    found = picks_of({"by_alternative": {"hospital-canary": 30, "gan-canary": 10}}, document)
    assert found is not None
    assert [(row.name, row.percent, row.width) for row in found.rows] == [
        ("hospital-canary", 75, 100),
        ("gan-canary", 25, pytest.approx(100 / 3)),
    ]
    assert found.expected_percent == 50


def test_an_agreement_without_intervals_draws_none() -> None:
    fleiss = {"estimate": 0.1, "low": None, "high": None}
    [found] = agreement_of({"agreement": {"picks": {"fleiss": fleiss}}})
    assert (found.coefficient, found.lines) == ("0.10", ())
