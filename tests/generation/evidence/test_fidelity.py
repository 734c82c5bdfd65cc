import numpy as np
import pytest

from generation.evidence.classifier import Recipe
from generation.evidence.fidelity import call_grades, measure_joint_spaces
from generation.evidence.images import ImageSet
from generation.phantoms import make_phantom
from tests.generation.evidence.conftest import films

RECIPE = Recipe(size_px=16, steps=60, batch=24)


def _phantoms(n: int, *, seed: int, name: str) -> ImageSet:
    made = [make_phantom(index, seed=seed, grade=index % 2 * 4) for index in range(n)]
    return ImageSet(
        name=name,
        pixels=np.stack([one.image for one in made]),
        names=np.arange(n).astype(str),
        patients=np.array([one.patient for one in made]),
        labels={
            "grade": np.array([str(one.subject.grade) for one in made]),
            "side": np.array([one.subject.side for one in made]),
        },
    )


def test_right_requests_are_called_as_well_as_real_labels_and_wrong_ones_are_not():
    train, heldout = films(60, seed=1, patients="train"), films(60, seed=2, patients="test")
    right, wrong = films(60, seed=3), films(60, seed=4)
    wrong.labels["grade"][:] = np.roll(wrong.labels["grade"], 1)
    good = call_grades(train, heldout, right, "grade", RECIPE, seeds=1, replicates=50)
    bad = call_grades(train, heldout, wrong, "grade", RECIPE, seeds=1, replicates=50)
    assert good.synthetic.balanced_accuracy.estimate > 0.7
    assert good.synthetic.quadratic_kappa.estimate > 0.6
    assert bad.synthetic.balanced_accuracy.estimate < 0.4
    assert good.heldout == bad.heldout
    assert sum(map(sum, good.synthetic.table)) == good.synthetic.n == 60


def test_the_trainings_behind_label_fidelity_are_told_one_by_one():
    train, heldout = films(12, seed=1, patients="train"), films(12, seed=2, patients="test")
    told = []
    call_grades(
        train,
        heldout,
        films(12, seed=3),
        "grade",
        Recipe(size_px=16, steps=1, batch=4),
        seeds=2,
        replicates=2,
        on_progress=lambda *stage: told.append(stage),
    )
    assert told == [("label fidelity", 1, 2), ("label fidelity", 2, 2)]


@pytest.fixture(scope="module")
def real() -> ImageSet:
    return _phantoms(40, seed=1, name="real")


def test_on_phantoms_the_joint_space_says_whether_the_grade_is_shown(real):
    found = measure_joint_spaces(real, _phantoms(20, seed=2, name="synthetic"))
    healthy, worst = found.grades
    assert (healthy.grade, worst.grade) == ("0", "4")
    assert healthy.synthetic_mm - worst.synthetic_mm > 3
    assert healthy.synthetic_mm == pytest.approx(healthy.real_mm, abs=0.5)
    assert found.synthetic_rho < -0.8
    assert found.synthetic_wrong_side == 0


def test_mirrored_phantoms_are_anatomy_that_cannot_be(real):
    seen = _phantoms(20, seed=2, name="synthetic")
    mirrored = ImageSet(name="mirrored", pixels=seen.pixels[:, :, ::-1], names=seen.names, labels=seen.labels)
    found = measure_joint_spaces(real, mirrored)
    assert found.real_wrong_side == 0
    assert found.synthetic_wrong_side > 0.8
