"""Coverage of the intervals of worth and figures of merit: `python -m tests.bench.item_coverage`.

Simulates studies whose truth is known and counts how often the 95% intervals hold it.
"""

import math
import sys

import numpy as np
from scipy import special

from analysis.froc import CaseMarks, froc
from analysis.preference import plackett_luce

STUDIES = 400


def worth(rng: np.random.Generator, readers: int, pairs: int) -> float:
    """Pairs of two sources; readers and pairs differ in how they judge, and the true worth is marginal."""
    nodes, weights = np.polynomial.hermite_e.hermegauss(60)
    spread = math.hypot(0.3, 0.6)
    share = float((special.expit(0.5 + spread * nodes) * weights).sum() / weights.sum())
    truth, held = special.logit(share), 0
    for _ in range(STUDIES):
        ease = 0.5 + rng.normal(0, 0.3, (readers, 1)) + rng.normal(0, 0.6, (1, pairs))
        won = rng.random((readers, pairs)) < special.expit(ease)
        best = [(0,) if each else (1,) for each in won.ravel()]
        who = [f"R{r}" for r in range(readers) for _ in range(pairs)]
        what = [f"C{c}" for _ in range(readers) for c in range(pairs)]
        (found,) = plackett_luce([("a", "b")] * len(best), best, readers=who, cases=what).differences
        held += int(found.low is not None and found.high is not None and found.low < truth < found.high)
    return held / STUDIES


def orders(rng: np.random.Generator, readers: int, screens: int) -> float:
    """Orders of four sources by noisy quality; the truth is what a very large study gives."""
    quality = np.array([0.6, 0.3, 0.1, 0.0])

    def drawn(r: int, c: int) -> list[list[int]]:
        seen = quality + rng.normal(0, 0.3, (r, 1, 4)) + rng.normal(0, 0.5, (1, c, 4))
        return np.argsort(-(seen + rng.gumbel(size=(r, c, 4))), axis=2).reshape(-1, 4).tolist()

    names = ["a", "b", "c", "d"]
    large = plackett_luce([names] * 40_000, drawn(200, 200))
    truth, held = {(d.a, d.b): d.estimate for d in large.differences}, 0
    for _ in range(STUDIES):
        who = [f"R{r}" for r in range(readers) for _ in range(screens)]
        what = [f"C{c}" for _ in range(readers) for c in range(screens)]
        found = plackett_luce([names] * len(who), drawn(readers, screens), readers=who, cases=what)
        first = found.differences[2]
        ends = (first.low, first.high)
        held += int(ends[0] is not None and ends[0] < truth[first.a, first.b] < (ends[1] or 0))
    return held / STUDIES


def figure_of_merit(rng: np.random.Generator, readers: int, cases: int) -> float:
    """Half of the cases have a lesion; readers and cases differ."""

    def drawn(r: int, c: int) -> list[list[CaseMarks]]:
        ease, skill = rng.normal(0, 0.5, c), rng.normal(0, 0.2, r)
        return [
            [
                CaseMarks(
                    false=tuple(rng.normal(ease[k], 1, rng.poisson(0.6)).tolist()),
                    lesions=tuple(rng.normal(1.2 + s + ease[k], 1, k % 2).tolist()),
                )
                for k in range(c)
            ]
            for s in skill
        ]

    truth = np.mean([froc(drawn(30, 400)).estimate or 0 for _ in range(8)])
    found = [froc(drawn(readers, cases)) for _ in range(STUDIES)]
    return float(np.mean([f.low is not None and f.low < truth < (f.high or 0) for f in found]))


def main() -> None:
    rng = np.random.default_rng(20)
    for name, held in (
        ("worth of two sources, 8 x 50", worth(rng, 8, 50)),
        ("worth of two sources, 5 x 40", worth(rng, 5, 40)),
        ("orders of four sources, 8 x 40", orders(rng, 8, 40)),
        ("JAFROC, 6 readers x 60 cases", figure_of_merit(rng, 6, 60)),
    ):
        sys.stdout.write(f"{name}: {100 * held:.1f}%\n")


if __name__ == "__main__":
    main()
