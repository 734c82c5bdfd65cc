import numpy as np
import pytest
from scipy.spatial.distance import cdist

from generation.evidence import neighbours
from generation.evidence.neighbours import nearest


@pytest.mark.parametrize(("query_rows", "key_rows"), [(7, 5), (1024, 4096), (16, 3)])
def test_neighbours_are_those_of_brute_force_whatever_the_chunks(monkeypatch, query_rows, key_rows):
    monkeypatch.setattr(neighbours, "QUERY_ROWS", query_rows)
    monkeypatch.setattr(neighbours, "KEY_ROWS", key_rows)
    rng = np.random.default_rng(2)
    queries, keys = rng.normal(size=(40, 6)).astype(np.float32), rng.normal(size=(23, 6)).astype(np.float32)
    gaps = cdist(queries, keys)
    found = nearest(queries, keys, k=4)
    assert (found.index == np.argsort(gaps, axis=1)[:, :4]).all()
    assert found.distance == pytest.approx(np.sort(gaps, axis=1)[:, :4], rel=1e-5)


def test_an_exact_copy_lies_at_distance_zero_even_far_from_the_origin():
    keys = (1e3 + np.random.default_rng(0).normal(size=(50, 8))).astype(np.float32)
    found = nearest(keys[17:18], keys, k=2)
    assert found.index[0, 0] == 17
    assert found.distance[0, 0] == 0


def test_progress_ends_at_the_number_of_queries():
    steps: list[tuple[int, int]] = []
    rows = np.zeros((2500, 2), np.float32)
    nearest(rows, rows[:5], on_progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1024, 2500), (2048, 2500), (2500, 2500)]
