"""Agreement coefficients compute their errors when the first is read, and nobody can tell otherwise."""

import copy
import json
import pickle
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, fields, replace

import numpy as np
import pytest

from analysis.agreement.chance import brennan_prediger, fleiss_kappa, gwet_ac1, gwet_ac2, raw_agreement
from analysis.agreement.conger import conger_kappa
from analysis.agreement.krippendorff import krippendorff_alpha

COEFFICIENTS = (
    brennan_prediger,
    conger_kappa,
    fleiss_kappa,
    gwet_ac1,
    gwet_ac2,
    krippendorff_alpha,
    raw_agreement,
)


@pytest.fixture
def table():
    return np.random.default_rng(8).integers(1, 5, (6, 40))


@pytest.mark.parametrize("coefficient", COEFFICIENTS)
def test_the_estimate_alone_computes_no_error(coefficient, table):
    found = coefficient(table)
    assert found.estimate is not None
    assert "se_cases" not in vars(found)
    assert found.se_cases > 0
    assert {field.name for field in fields(found)} == vars(found).keys()


@pytest.mark.parametrize("read", [asdict, lambda found: vars(replace(found)), lambda found: found.as_dict()])
def test_all_parts_are_there_for_who_reads_the_whole(read, table):
    whole = read(fleiss_kappa(table))
    assert whole["se_null"] > 0
    assert whole["low"] < whole["estimate"] < whole["high"]
    assert whole["low_readers"] < whole["high_readers"]
    assert [category["category"] for category in map(_as_dict, whole["per_category"])] == [1, 2, 3, 4]


def test_the_interval_that_does_not_exist_is_null_in_json(table):
    written = json.loads(json.dumps(fleiss_kappa(table[:, :1]).as_dict()))
    assert written["low"] is None
    assert written["high"] is None
    assert "One case" in written["reason"]


@pytest.mark.parametrize("carry", [copy.copy, copy.deepcopy, lambda found: pickle.loads(pickle.dumps(found))])
def test_a_result_can_be_carried_elsewhere_before_its_errors_were_read(carry, table):
    carried = carry(krippendorff_alpha(table))
    assert carried == krippendorff_alpha(table)
    assert hash(carried) == hash(krippendorff_alpha(table))
    assert "se_readers=0.0" in repr(carried)


def test_a_changed_copy_keeps_the_errors(table):
    found = conger_kappa(table)
    assert found.with_(method="mine") == replace(found, method="mine")
    assert found.with_(method="mine").se_cases == found.se_cases


def test_what_happens_to_the_table_afterwards_changes_no_error(table):
    expected = fleiss_kappa(table.copy()).se_readers
    found = fleiss_kappa(table)
    table[:] = 1
    assert found.se_readers == expected


def test_threads_that_ask_together_read_the_same(table):
    for _ in range(50):
        found = fleiss_kappa(table)
        with ThreadPoolExecutor(8) as pool:
            low = list(pool.map(lambda _, found=found: (found.low, found.per_category), range(8)))
        assert len(set(low)) == 1


def _as_dict(category):
    return category if isinstance(category, dict) else asdict(category)
