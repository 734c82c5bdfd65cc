"""A study made by simulation, with the margins of a published one; shipped in ``analysis/example``.

Eight readers pick the real image of fifty quartets and rate all four, tell real from synthetic in sixty
single images, and two of them check forty synthetic images against their labels. The quartets carry the
published margins of the cervical spine study: 116 of 400 picks correct, mean ratings 3.323, 3.228, 3.258 and
3.320, and the reader-level differences whose signed-rank p-values print as .128, .236 and 1.000. Everything
else is drawn from a model in which readers and images share cues.
"""

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from analysis.arrays import Floats, Ints

FOLDER = Path(__file__).parent / "example"
SEED = 20251025
N_READERS, N_TRIALS, N_REPEATS, N_CATCH = 8, 50, 4, 2
SOURCES = ("real", "checkpoint-a", "checkpoint-b", "checkpoint-c")
CORRECT = 116
PICK_KAPPA = 0.061
KAPPA_TOLERANCE = 0.0004
RATING_SUMS = (1329, 1291, 1303, 1328)
# differences of rating sums, real minus each checkpoint, over the readers: found by search
DIFFERENCES = ((11, 4, 3, 14, -10, 8, 8, 0), (0, 11, -4, 15, 4, -4, 0, 4), (8, 4, -3, 2, 9, -9, -6, -4))
CALL_IMAGES = 15
CHECK_IMAGES = 40
SPECIALTIES = ("neuroradiology",) * 6 + ("spine surgery",) * 2

STUDY: dict[str, Any] = {
    "title": "Cervical spine radiographs: a simulated clinical Turing test",
    "protocol_hash": "simulated",
    "plan_hash": "simulated",
    "seed": SEED,
    "level": 0.95,
    "sources": [{"name": name, "kind": "real" if name == "real" else "synthetic"} for name in SOURCES],
    "scale": {
        "points": [1, 2, 3, 4],
        "labels": ["unrealistic", "rather unrealistic", "rather realistic", "fully realistic"],
    },
    "margins": {"detection": 0.10, "realism": 0.25},
    "sections": [
        {"name": "quartets", "task": "pick_real", "alternatives": 4},
        {"name": "singles", "task": "call"},
        {"name": "labels", "task": "check_label"},
    ],
    "sample_size": (
        "Eight readers and 50 quartets: with a true share of 25.0%, 83% power (simulation error ±1.7 "
        "percentage points) to show equivalence with chance within ±10 percentage points at a one-sided "
        "significance level of 5%; simulated 2,000 times with a standard deviation between readers of 0.3 "
        "logits and a correlation within cases of 0.05, readers and cases both taken as random."
    ),
    "endpoints": [
        {
            "name": "real images found",
            "role": "primary",
            "of": "quartets.pick",
            "what": "accuracy",
            "against": 0.25,
            "test": "equivalence",
            "margin": 0.10,
        },
        *(
            {
                "name": f"mean rating, real minus {name}",
                "role": "secondary",
                "of": "quartets.rating",
                "what": "mean",
                "compare": ["real", name],
                "test": "equivalence",
                "margin": 0.25,
            }
            for name in SOURCES[1:]
        ),
    ],
    "software": {"made by": "analysis.example, a simulation"},
}


def write_example(folder: Path, *, seed: int = SEED) -> None:
    """Write the example bundle; the same seed gives the same bytes."""
    rng = np.random.default_rng(seed)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "study.json").write_text(json.dumps(STUDY, indent=2) + "\n", encoding="utf-8")
    images = [*_write_quartets(folder, rng), *_write_singles(folder, rng), *_write_labels(folder, rng)]
    years = rng.integers(3, 25, N_READERS)
    readers = [
        (f"R{r + 1}", SPECIALTIES[r], years[r], "site-1" if r % 3 else "site-2", 1) for r in range(N_READERS)
    ]
    _write(folder / "readers.csv", ("reader", "specialty", "years", "site", "virtual"), readers)
    _write(folder / "images.csv", ("image", "source"), images)


def _write_quartets(folder: Path, rng: np.random.Generator) -> list[tuple[str, str]]:
    realism = _realism(rng)
    picks = _picks(realism, rng)
    ratings = _ratings(realism, rng)
    trials = [f"T{t + 1:02d}" for t in range(N_TRIALS)]
    images = [[f"I{4 * t + s + 1:03d}" for s in range(4)] for t in range(N_TRIALS)]
    pick_rows, rating_rows = [], []
    for r in range(N_READERS):
        order = rng.permutation(N_TRIALS)
        slots = _balanced_slots(rng)
        for position, t in enumerate(order):
            slot = slots[t]
            picked = int(picks[r, t])
            took = _response_ms(rng, position, r)
            answer = (SOURCES[picked], int(picked == 0), slot[picked], slot[0], took)
            pick_rows.append(("quartets", f"R{r + 1}", trials[t], position + 1, *answer, "", 0))
            rating_rows += [
                ("quartets", f"R{r + 1}", trials[t], images[t][s], SOURCES[s], slot[s], position + 1, rating)
                for s, rating in enumerate(ratings[r, :, t])
            ]
        pick_rows += _repeats_and_catch(rng, r, picks[r], trials)
    columns = ("section", "reader", "trial", "order", "picked", "correct", "slot_picked", "slot_real")
    _write(folder / "picks.csv", (*columns, "response_ms", "repeat_of", "catch"), pick_rows)
    columns = ("section", "reader", "trial", "image", "source", "slot", "order", "rating")
    _write(folder / "ratings.csv", columns, rating_rows)
    return [(image, SOURCES[s]) for row in images for s, image in enumerate(row)]


def _realism(rng: np.random.Generator) -> Floats:
    """How real each image looks to each reader: readers x alternatives x trials."""
    image = rng.normal(0, 0.55, (1, 4, N_TRIALS))
    image[:, 0] += 0.12
    return image + rng.normal(0, 1.0, (N_READERS, 4, N_TRIALS))


def _picks(realism: Floats, rng: np.random.Generator) -> Ints:
    """The most realistic alternative, then single picks changed until the published margins hold."""
    picks: Ints = realism.argmax(axis=1)

    def distance(table: Ints) -> float:
        return abs(int((table == 0).sum()) - CORRECT) + 400 * abs(_fleiss(table) - PICK_KAPPA)

    best = distance(picks)
    while best > 400 * KAPPA_TOLERANCE:
        trial = picks.copy()
        trial[rng.integers(N_READERS), rng.integers(N_TRIALS)] = rng.integers(4)
        # a worse step is taken now and then, so that the search leaves a dead end
        if (now := distance(trial)) <= best + rng.exponential(0.1):
            picks, best = trial, now
    return picks


def _fleiss(picks: Ints) -> float:
    counts = (picks[:, :, None] == np.arange(4)).sum(axis=0)
    n = picks.shape[0]
    observed = ((counts**2).sum(axis=1) - n).mean() / (n * (n - 1))
    expected = float(((counts.sum(axis=0) / picks.size) ** 2).sum())
    return float((observed - expected) / (1 - expected))


def _ratings(realism: Floats, rng: np.random.Generator) -> Ints:
    """Ratings 1-4 from the same looks, moved by single points to the sums that each reader has to have."""
    leniency = rng.normal(0, 0.35, (N_READERS, 1, 1))
    ratings: Ints = 1 + (realism[..., None] + leniency[..., None] > np.array([-2.6, -1.45, 0.05])).sum(
        axis=-1
    )
    sums = _reader_sums(ratings[:, 0].sum(axis=1))
    for r, s in np.ndindex(N_READERS, 4):
        cells = ratings[r, s]
        while (gap := int(sums[r, s] - cells.sum())) != 0:
            step = int(np.sign(gap))
            free = np.flatnonzero((cells + step >= 1) & (cells + step <= 4))
            cells[rng.choice(free)] += step
    return ratings


def _reader_sums(drawn: Ints) -> Ints:
    """For each reader the four sums: the drawn level of the real images, shifted to the published total."""
    real = drawn.copy()
    for turn in range(abs(int(RATING_SUMS[0] - real.sum()))):
        real[turn % N_READERS] += np.sign(RATING_SUMS[0] - real.sum())
    others = real[:, None] - np.array(DIFFERENCES).T
    return np.column_stack([real, others])


def _balanced_slots(rng: np.random.Generator) -> list[list[int]]:
    """Where each alternative stands, slots 1 to 4; the real one equally often in each."""
    real = rng.permutation(np.resize(np.arange(4), N_TRIALS))
    slots = []
    for place in real:
        rest = rng.permutation([slot for slot in range(4) if slot != place])
        slots.append([int(place) + 1, *(int(slot) + 1 for slot in rest)])
    return slots


def _response_ms(rng: np.random.Generator, position: int, reader: int) -> int:
    pace = 9.6 + 0.06 * reader - 0.008 * position
    return int(np.exp(rng.normal(pace, 0.45)))


def _repeats_and_catch(
    rng: np.random.Generator, reader: int, picks: Ints, trials: Sequence[str]
) -> Iterable[tuple[Any, ...]]:
    """Hidden repeats answered alike three times in four, then obvious fakes that nearly all see."""
    rows = []
    for extra in range(N_REPEATS + N_CATCH):
        position = N_TRIALS + extra
        catch = extra >= N_REPEATS
        t = 7 * extra + 3
        if catch:
            picked = 0 if rng.random() < 0.94 else int(rng.integers(1, 4))
        else:
            picked = int(picks[t]) if rng.random() < 0.7 else int(rng.integers(4))
        slot = rng.permutation(4) + 1
        name = f"C{extra - N_REPEATS + 1}" if catch else f"{trials[t]}-again"
        answer = (SOURCES[picked], int(picked == 0), slot[picked], slot[0])
        took = _response_ms(rng, position, reader)
        again = "" if catch else trials[t]
        rows.append(("quartets", f"R{reader + 1}", name, position + 1, *answer, took, again, int(catch)))
    return rows


def _write_singles(folder: Path, rng: np.random.Generator) -> list[tuple[str, str]]:
    """One image at a time, with a confidence of 1 to 5; checkpoint-c is the hardest to detect."""
    sources = np.repeat(np.arange(4), CALL_IMAGES)
    looks = np.array([0.55, -0.75, -0.35, 0.1])[sources] + rng.normal(0, 0.5, len(sources))
    names = [f"S{i + 1:02d}" for i in range(len(sources))]
    rows: list[tuple[Any, ...]] = []
    for r in range(N_READERS):
        bias, skill = rng.normal(0.1, 0.35), rng.uniform(0.6, 1.2)
        for position, i in enumerate(rng.permutation(len(sources))):
            felt = bias + skill * looks[i] + rng.normal(0, 1)
            call = "real" if felt > 0 else "synthetic"
            confidence = 1 + int((abs(felt) > np.array([0.3, 0.7, 1.2, 1.8])).sum())
            took = _response_ms(rng, position, r) // 3
            answer = (SOURCES[sources[i]], call, confidence, position + 1, took, "")
            rows.append(("singles", f"R{r + 1}", names[i], names[i], *answer))
    columns = ("section", "reader", "trial", "image", "source", "call", "confidence", "order")
    _write(folder / "calls.csv", (*columns, "response_ms", "repeat_of"), rows)
    return [(name, SOURCES[source]) for name, source in zip(names, sources, strict=True)]


def _write_labels(folder: Path, rng: np.random.Generator) -> list[tuple[str, str]]:
    """Two readers grade synthetic images made for a disc height of 0 to 4."""
    names = [f"L{i + 1:02d}" for i in range(CHECK_IMAGES)]
    intended = rng.integers(0, 5, CHECK_IMAGES)
    rows: list[tuple[Any, ...]] = []
    for r in (0, 6):
        for position, i in enumerate(rng.permutation(CHECK_IMAGES)):
            observed = int(np.clip(intended[i] + rng.choice([0, 0, 0, 0, 0, 0, 0, 0, 1, -1]), 0, 4))
            verdict = "fits" if observed == intended[i] else "discrepant"
            took = _response_ms(rng, position, r) // 2
            answer = (SOURCES[1 + i % 3], "disc grade", intended[i], observed, verdict)
            rows.append(("labels", f"R{r + 1}", names[i], names[i], *answer, position + 1, took, ""))
    columns = ("section", "reader", "trial", "image", "source", "label", "intended", "observed", "verdict")
    _write(folder / "checks.csv", (*columns, "order", "response_ms", "repeat_of"), rows)
    return [(name, SOURCES[1 + i % 3]) for i, name in enumerate(names)]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(header)
        writer.writerows(rows)
