"""The five split-plot studies of VIPER print as in their published table.

Table 3 of Gallas et al. (2019, J Med Imaging 6:015501): twenty radiologists, digital and film mammography,
each group of readers with its own cases. The answers are those of the package viperData (CC0).
"""

from pathlib import Path

import pandas as pd
import pytest

from analysis import mrmc_auc

ANSWERS = Path(__file__).parents[1] / "fixtures" / "viper.csv.gz"
AREA, SENSITIVITY, SPECIFICITY = "area", "sensitivity", "specificity"
# study, observations, difference, standard error, interval
PUBLISHED = {
    AREA: (
        ("screeningLowP", 6911, -0.029, 0.024, -0.078, 0.021),
        ("screeningMedP", 4325, -0.005, 0.024, -0.054, 0.043),
        ("screeningHighP", 2390, -0.025, 0.025, -0.075, 0.024),
        ("challengeMedP", 4377, -0.024, 0.018, -0.060, 0.013),
        ("challengeHighP", 2379, -0.047, 0.023, -0.093, -0.001),
    ),
    SENSITIVITY: (
        ("screeningLowP", 730, -0.013, 0.033, -0.080, 0.055),
        ("screeningMedP", 1148, -0.012, 0.033, -0.081, 0.056),
        ("screeningHighP", 1090, -0.022, 0.025, -0.073, 0.029),
        ("challengeMedP", 1140, -0.040, 0.025, -0.090, 0.011),
        ("challengeHighP", 1077, -0.033, 0.029, -0.093, 0.027),
    ),
    # the first three differences are printed with the other sign, against their own intervals
    SPECIFICITY: (
        ("screeningLowP", 6181, 0.016, 0.015, -0.013, 0.045),
        ("screeningMedP", 3177, 0.022, 0.022, -0.023, 0.067),
        ("screeningHighP", 1300, -0.017, 0.031, -0.081, 0.047),
        ("challengeMedP", 3237, 0.000, 0.017, -0.035, 0.035),
        ("challengeHighP", 1302, 0.000, 0.030, -0.061, 0.060),
    ),
}
ROWS = [(what, *row) for what, rows in PUBLISHED.items() for row in rows]


def scored(answers: pd.DataFrame, what: str) -> pd.Series:
    """The paper takes sensitivity and specificity as areas: a decision, and 0.5 for all of the other kind."""
    if what == AREA:
        return answers["score"]
    if what == SENSITIVITY:
        return answers["recalled"].where(answers["cancer"] == 1, 0.5)
    return answers["recalled"].where(answers["cancer"] == 0, 0.5)


@pytest.mark.parametrize(("what", "study", "n", "difference", "se", "low", "high"), ROWS)
def test_the_table_prints_as_published(
    what: str, study: str, n: int, difference: float, se: float, low: float, high: float
) -> None:
    answers = pd.read_csv(ANSWERS)
    answers = answers[answers["study"] == study]
    frame = answers.assign(value=scored(answers, what))
    found = mrmc_auc(frame, condition="modality", truth="cancer", score="value").differences[0]
    kept = {AREA: answers, SENSITIVITY: answers[answers["cancer"] == 1]}
    assert len(kept.get(what, answers[answers["cancer"] == 0])) == n
    printed = tuple(round(value, 3) for value in (found.estimate, found.se, found.low, found.high))
    assert printed == pytest.approx((difference, se, low, high), abs=1e-9)
