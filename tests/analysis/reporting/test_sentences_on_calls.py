"""What is said of differences between generators follows their p-values, the smallest included."""

import pytest

from analysis.crossed import crossed_difference
from analysis.document.call import DetectionDifference
from analysis.reporting.call_prose import _differences


def difference(p: float | None) -> DetectionDifference:
    tested = crossed_difference([[1, 0], [1, 1]], [[0, 0], [1, 0]])
    return DetectionDifference.extending(
        tested, a="steps-20", b="steps-6", difference=0.4, paired=False, p=p, p_holm=p
    )


@pytest.mark.parametrize(
    ("p", "said"),
    [
        (0.0, "Detection differed between steps-20 and steps-6 by 40.0 points"),
        (0.01, "Detection differed between steps-20 and steps-6 by 40.0 points"),
        (0.2, "No difference in detection between generators was shown"),
        (None, "cannot be tested: the answers do not vary"),
    ],
)
def test_the_sentence_follows_the_p_value(p: float | None, said: str) -> None:
    [sentence] = _differences([difference(p)])
    assert said in sentence
