"""What is said of differences between generators follows their p-values, the smallest included."""

from typing import Any

import pytest

from analysis.reporting.discrimination_prose import _differences


def difference(p: float | None) -> dict[str, Any]:
    return {"a": "steps-20", "b": "steps-6", "difference": 0.4, "p": p, "p_holm": p}


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
