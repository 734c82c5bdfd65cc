"""A study's bundle fills the scorecard's section on human-based evaluation."""

import json
import shutil
from pathlib import Path

import pytest

from generation.errors import OutputError
from generation.evidence.reader_study import read_study

EXAMPLE = Path(__file__).parents[3] / "analysis" / "example"


def test_picks_calls_and_ratings_of_a_bundle_are_counted() -> None:
    study = read_study(EXAMPLE)
    picks = next(row for row in study.rows if row.asked == "the real image picked")
    rows = [line.split(",") for line in (EXAMPLE / "picks.csv").read_text().splitlines()[1:]]
    kept = [row for row in rows if row[9] == "" and row[10] in ("", "0")]
    assert picks.n == len(kept)
    assert picks.rate.estimate == pytest.approx(sum(row[5] == "1" for row in kept) / len(kept))
    assert picks.chance == 0.25
    assert {row.asked.partition(" of ")[0] for row in study.rows} >= {"the real image picked", "mean rating"}


def test_wilson_intervals_are_those_of_the_table(tmp_path: Path) -> None:
    """Agresti and Coull 1998: 5 of 10 gives .237 to .763."""
    (tmp_path / "study.json").write_text(
        json.dumps({"title": "S", "sources": [{"name": "r", "kind": "real"}], "sections": []})
    )
    lines = ["section,reader,trial,picked,correct"]
    lines += [f"s,R1,T{i},r,{int(i < 5)}" for i in range(10)]
    (tmp_path / "picks.csv").write_text("\n".join(lines) + "\n")
    (row,) = read_study(tmp_path).rows
    assert (row.rate.low, row.rate.high) == pytest.approx((0.2366, 0.7634), abs=1e-4)
    assert row.chance is None


def test_a_folder_without_a_study_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="no unmasked bundle"):
        read_study(tmp_path)
    shutil.copy(EXAMPLE / "study.json", tmp_path)
    with pytest.raises(OutputError, match="holds no picks, calls or ratings"):
        read_study(tmp_path)
