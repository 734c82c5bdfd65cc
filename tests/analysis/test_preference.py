"""Worth by Bradley-Terry and Plackett-Luce, held against printed tables, statsmodels and hand counts."""

from itertools import combinations

import numpy as np
import pytest
import statsmodels.api as sm
from scipy import special

from analysis.crossed import crossed_rate
from analysis.preference import NoWorthError, plackett_luce

# Agresti (1990), Categorical Data Analysis, table 10.10: baseball 1987, wins of the row over the column
TEAMS = ("Milwaukee", "Detroit", "Toronto", "New York", "Boston", "Cleveland", "Baltimore")
WINS = (
    (0, 7, 9, 7, 7, 9, 11),
    (6, 0, 7, 5, 11, 9, 9),
    (4, 6, 0, 7, 7, 8, 12),
    (6, 8, 6, 0, 6, 7, 10),
    (6, 2, 6, 7, 0, 7, 12),
    (4, 4, 5, 6, 6, 0, 6),
    (2, 4, 1, 3, 1, 7, 0),
)


def games() -> tuple[list[tuple[str, str]], list[tuple[int]]]:
    shown, best = [], []
    for a, b in combinations(range(7), 2):
        shown += [(TEAMS[a], TEAMS[b])] * (WINS[a][b] + WINS[b][a])
        best += [(0,)] * WINS[a][b] + [(1,)] * WINS[b][a]
    return shown, best


def test_worth_is_that_of_agresti_s_baseball_table() -> None:
    found = plackett_luce(*games())
    log_worth = {row.source: row.log_worth for row in found.sources}
    against = [round(log_worth[team] - log_worth["Baltimore"], 2) for team in TEAMS]
    # as Agresti prints them (SAS and R's BradleyTerry2 agree)
    assert against == [1.58, 1.44, 1.29, 1.25, 1.11, 0.68, 0.0]
    assert sum(row.estimate or 0 for row in found.sources) == pytest.approx(1)


def test_pairs_agree_with_statsmodels_logit() -> None:
    shown, best = games()
    design = np.array([[(team == a) - (team == b) for team in TEAMS[:-1]] for a, b in shown], dtype=float)
    model = sm.Logit([1 - order[0] for order in best], design).fit(disp=0)
    found = {(row.a, row.b): row.estimate for row in plackett_luce(shown, best).differences}
    for team, estimate in zip(TEAMS[:-1], model.params, strict=True):
        assert found[team, "Baltimore"] == pytest.approx(estimate, abs=1e-8)


def test_orders_agree_with_statsmodels_conditional_logit() -> None:
    rng = np.random.default_rng(4)
    names = ["a", "b", "c", "d"]
    worth = np.array([0.9, 0.3, 0.0, -0.4])
    orders = [np.argsort(-(worth + rng.gumbel(size=4))).tolist() for _ in range(60)]
    outcome, rows = [], []
    for order in orders:
        # an order is a chain of choices among what is left
        for stage in range(3):
            for place in order[stage:]:
                outcome.append(int(place == order[stage]))
                rows.append(np.eye(4)[place, :3])
    chains = np.repeat(np.arange(180), np.tile([4, 3, 2], 60))
    model = sm.ConditionalLogit(np.array(outcome), np.array(rows), groups=chains).fit(disp=0)
    found = plackett_luce([names] * 60, orders)
    against = {(row.a, row.b): row.estimate for row in found.differences}
    assert [against[name, "d"] for name in "abc"] == pytest.approx(model.params.tolist(), abs=2e-4)


def test_none_is_davidson_s_tie() -> None:
    # two sources: by hand, log(worth ratio) = log(wins / losses) and ν = ties / sqrt(wins losses)
    shown = [("a", "b")] * 100
    best: list[tuple[int, ...]] = [(0,)] * 45 + [(1,)] * 20 + [()] * 35
    found = plackett_luce(shown, best, none=True)
    assert found.differences[0].estimate == pytest.approx(np.log(45 / 20), abs=1e-9)
    assert found.log_none == pytest.approx(np.log(35 / np.sqrt(45 * 20)), abs=1e-9)


@pytest.mark.parametrize("missing", [False, True])
def test_two_sources_have_the_crossed_interval_of_the_share(*, missing: bool) -> None:
    rng = np.random.default_rng(2)
    won = (rng.random((7, 30)) < 0.65).astype(float)
    if missing:
        won[0, 3] = won[4, 5] = np.nan
    # the U-statistic of an incomplete table moves a little where all its numbers do
    near = 5e-3 if missing else 1e-9
    reader, case = np.nonzero(np.isfinite(won))
    best = [(0,) if won[r, c] else (1,) for r, c in zip(reader, case, strict=True)]
    found = plackett_luce(
        [("a", "b")] * len(best), best, readers=[f"R{r}" for r in reader], cases=[f"C{c}" for c in case]
    )
    share = crossed_rate(won)
    (difference,) = found.differences
    assert share.estimate is not None
    assert share.se is not None
    assert difference.estimate == pytest.approx(special.logit(share.estimate))
    assert difference.se == pytest.approx(share.se / (share.estimate * (1 - share.estimate)), rel=near)
    assert difference.df == pytest.approx(share.df, rel=20 * near)
    first = next(row for row in found.sources if row.source == "a")
    assert (first.estimate, first.se) == pytest.approx((share.estimate, share.se), rel=near)


def test_a_long_chain_of_clear_wins_has_a_worth() -> None:
    # R's glm(cbind(wins, losses) ~ 0 + design, binomial): 18.38047936, 13.78535952, 9.19023968, 4.59511984
    shown = [pair for pair in ("ab", "bc", "cd", "de") for _ in range(100)]
    found = plackett_luce(shown, ([(0,)] * 99 + [(1,)]) * 4)
    against = {row.a: row.estimate for row in found.differences if row.b == "e"}
    assert list(against.values()) == pytest.approx([18.38047936, 13.78535952, 9.19023968, 4.59511984])


@pytest.mark.parametrize(
    ("shown", "best", "none", "why"),
    [
        (["ab"] * 5, [(0,)] * 5, False, "always put before the others"),
        (["abc"] * 2, [(0, 1, 2), (1, 0, 2)], False, "some of them, were always"),
        (["ab", "ab", "cd", "cd"], [(0,), (1,)] * 2, False, "never shown with them"),
        (["ab"] * 4, [(0,), (1,)] * 2, True, "on every screen"),
        (["ab"] * 4, [()] * 4, True, "Nothing was chosen"),
    ],
)
def test_what_has_no_worth_says_why(
    shown: list[str],
    best: list[tuple[int, ...]],
    none: bool,
    why: str,
) -> None:
    with pytest.raises(NoWorthError, match=why):
        plackett_luce(shown, best, none=none)
