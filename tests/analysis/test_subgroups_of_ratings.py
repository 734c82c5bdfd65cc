"""Groups of readers compared in what they make of real and synthetic images."""

import json
from pathlib import Path

import numpy as np
import pytest

import analysis
from analysis.bundle.grid import primary, rows_of, spread
from analysis.sections.subgroups import subgroups_of_ratings

EXAMPLE = Path(analysis.__file__).parent / "example"


def test_the_interaction_is_the_difference_of_the_groups_differences() -> None:
    bundle = analysis.read_bundle(EXAMPLE)
    rows = primary(rows_of(bundle.ratings, "quartets"))
    found = subgroups_of_ratings(bundle.study, rows, bundle.readers)
    assert found
    real = (rows["source"] == "real").to_numpy()
    one, other = (spread(rows, "trial", rows["rating"].where(side)) for side in (real, ~real))
    apart = one.values - other.values
    for factor in found:
        first = factor.groups[0]
        inside = np.isin(one.readers, members(bundle, factor.factor, first.group, one.readers))
        by_hand = apart[inside].mean() - apart[~inside].mean()
        assert first.estimate == pytest.approx(apart[inside].mean())
        assert first.difference == pytest.approx(by_hand)
        # readers nested in groups, the same trials: the crossed difference with the roles exchanged
        crossed = analysis.crossed_difference(apart[inside].T, apart[~inside].T, bounds=None)
        assert first.p == pytest.approx(crossed.p)


def members(bundle, factor, group, readers):
    table = bundle.readers.set_index(bundle.readers["reader"].astype(str))
    if factor != "experience":
        return [name for name in readers if str(table.loc[name, factor]) == group]
    years = table["years"].astype(float)
    middle = years.median()
    return [name for name in readers if (years[name] >= middle) == ("or more" in group)]


def test_the_report_has_a_table_of_them() -> None:
    page = analysis.report(analysis.read_bundle(EXAMPLE), model_answers=0).html
    assert "Mean rating of real minus synthetic images, by" in page


def test_groups_of_images_are_called_what_study_json_calls_them(tmp_path: Path) -> None:
    images = [(f"i{i}", "real" if i % 2 else "model", "02"[i // 2 % 2]) for i in range(16)]
    calls = [
        f"one,R{reader},{image},{source},{'real' if (reader + at) % 3 else 'synthetic'}"
        for reader in range(4)
        for at, (image, source, _) in enumerate(images)
    ]
    study = {
        "sources": [{"name": "real", "kind": "real"}, {"name": "model", "kind": "synthetic"}],
        "sections": [{"name": "one", "task": "call"}],
        "labels": [{"name": "kl", "title": "Kellgren and Lawrence", "words": {"0": "none", "2": "mild"}}],
    }
    (tmp_path / "study.json").write_text(json.dumps(study))
    (tmp_path / "calls.csv").write_text("\n".join(["section,reader,image,source,call", *calls]))
    (tmp_path / "images.csv").write_text("\n".join(["image,source,kl", *map(",".join, images)]))
    made = analysis.report(analysis.read_bundle(tmp_path), model_answers=0)
    [factor] = made.results.sections["one"].subgroups
    assert [factor.factor, *(group.group for group in factor.groups)] == ["kl", "0", "2"]
    assert ", by Kellgren and Lawrence" in made.html
    assert '<th scope="row">mild</th>' in made.html
    assert "No interaction with Kellgren and Lawrence was shown" in made.html
