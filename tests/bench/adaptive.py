"""The error of a study that is sized anew at a blinded look, and what the look is good for.

    python -m tests.bench.adaptive [STUDIES]

Two sources are rated by readers whose differences vary as planned (0.15), on images that vary as planned,
more or less. After half of the planned images, variances are taken from all answers without their sources
and the study goes on with as many images as `analysis.resize` says, between 20 and 200 of each source.
Printed: how often the final test (5%, two-sided, or equivalence) rejects where nothing differs, or where the
difference lies at the margin; with the number fixed as planned and sized anew; and the power where the
planned difference is true.
"""

import sys
from dataclasses import dataclass

import numpy as np

import analysis

READERS, PLANNED, MOST = 8, 40, 200
DIFFERENCE, MARGIN, READER_SD = 0.35, 0.35, 0.15


@dataclass(frozen=True)
class World:
    """What is true: deviations of images and answers, and the difference of the sources."""

    name: str
    case_sd: float
    answer_sd: float
    difference: float
    test: str

    def draw(self, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
        """As many ratings as the study could ever have, for each source."""
        leaning = rng.normal(0, 0.4, (READERS, 1))
        own = rng.normal(0, READER_SD / np.sqrt(2), (2, READERS, 1))
        images = rng.normal(0, self.case_sd, (2, 1, MOST))
        answers = rng.normal(0, self.answer_sd, (2, READERS, MOST))
        both = leaning + own + images + answers
        return both[0] + self.difference, both[1]

    def shown(self, one: np.ndarray, other: np.ndarray) -> bool:
        """Whether the final analysis shows what was asked for."""
        found = analysis.crossed_difference(one, other, bounds=None)
        if self.test == "difference":
            return found.p is not None and found.p < 0.05
        return bool(analysis.crossed_equivalence(found, 0.0, MARGIN, alpha=0.025).within)


WORLDS = (
    World("nothing differs, variances as planned", 0.4, 0.8, 0.0, "difference"),
    World("nothing differs, variances twice as large", 0.57, 1.13, 0.0, "difference"),
    World("nothing differs, variances half as large", 0.28, 0.57, 0.0, "difference"),
    World("the margin is reached, as planned", 0.4, 0.8, MARGIN, "equivalence"),
    World("the margin is reached, twice as large", 0.57, 1.13, MARGIN, "equivalence"),
    World("the difference is true, as planned", 0.4, 0.8, DIFFERENCE, "difference"),
    World("the difference is true, twice as large", 0.57, 1.13, DIFFERENCE, "difference"),
    World("the sources are equal, twice as large", 0.57, 1.13, 0.0, "equivalence"),
)


def one_study(world: World, rng: np.random.Generator) -> tuple[bool, bool, int]:
    """Whether it is shown as planned and sized anew, and the new number."""
    one, other = world.draw(rng)
    half = PLANNED // 2
    found = analysis.resize(
        np.concatenate([one[:, :half], other[:, :half]], axis=1),
        expected=DIFFERENCE if world.test == "difference" else 0.0,
        test=world.test,  # type: ignore[arg-type]
        margin=MARGIN if world.test == "equivalence" else 0.0,
        reader_sd=READER_SD,
        most_cases=MOST,
    )
    cases = MOST if found.cases is None else found.cases
    fixed = world.shown(one[:, :PLANNED], other[:, :PLANNED])
    return fixed, world.shown(one[:, :cases], other[:, :cases]), cases


def main() -> None:
    studies = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    for world in WORLDS:
        rng = np.random.default_rng(20261129)
        found = np.array([one_study(world, rng) for _ in range(studies)], dtype=float)
        fixed, anew, cases = found.mean(axis=0)
        sys.stdout.write(
            f"{world.name + ', ' + world.test:55s} fixed {100 * fixed:5.1f}%  anew {100 * anew:5.1f}%  "
            f"images of each source {cases:.0f}\n"
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
