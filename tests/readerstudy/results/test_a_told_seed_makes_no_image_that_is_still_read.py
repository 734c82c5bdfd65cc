"""Attack: a study is unblinded, and its bundle's seed makes the images that only a copy still shows."""

import json
from pathlib import Path

import pytest

from readerstudy.results.bundle import export_bundle
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Study
from readerstudy.truth.duplicate import duplicate
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import Source
from readerstudy.truth.recognisable import recognisable
from readerstudy.truth.secrets import pixel_seed
from readerstudy.truth.shared_images import endangered_by
from readerstudy.truth.told_seeds import MADE_FOR, told_seed
from readerstudy.truth.unblind import confirm_unblinding, request_unblinding
from tests.readerstudy.factory import Locked, a_leader, a_planned_study, brief, enrol, read_everything

pytestmark = pytest.mark.django_db
SERIES = 5


@pytest.fixture
def made() -> Locked:
    """A study that was read, one source of which was generated from its secret."""
    study = a_planned_study()
    generated = {"sampler": {"series": SERIES}, "checkpoint_digest": "c" * 64}
    Source.objects.filter(study=study, name="gan-canary").update(**generated)
    alice = a_leader("alice")
    lock_study(study, by=alice, reason="ready")
    made = Locked(study=Study.objects.get(pk=study.pk), owner=alice)
    enrol(made, "rita", 1)
    brief(made.reading("rita"))
    list(read_everything(made.reading("rita")))
    return made


def the_other_half(made: Locked) -> Study:
    """A copy of which the study's own images were taken out: the two share no image, but the series."""
    copy = duplicate(made.study, by=a_leader("alice"), slug="main-study")
    for source in Source.objects.filter(study=copy):
        source.provenances.all().delete()
    assert endangered_by(made.study) == []
    return copy


def end(made: Locked) -> None:
    for step in (freeze_study, request_unblinding, confirm_unblinding):
        step(made.study, by=made.owner, reason="all read")


def seed_in_bundle(study: Study, folder: Path, made: Locked) -> int | None:
    export_bundle(study, folder, by=made.owner, masked=False)
    sources = json.loads((folder / "study.json").read_text())["sources"]
    found: int | None = next(one["seed"] for one in sources if one["name"] == "gan-canary")
    return found


def test_the_seed_waits_for_copies_that_are_not_frozen(made: Locked, tmp_path: Path) -> None:
    copy = the_other_half(made)
    end(made)
    assert seed_in_bundle(made.study, tmp_path / "early", made) is None
    Source.objects.filter(study=copy, name="gan-canary").update(sampler={"series": SERIES + 1})
    assert seed_in_bundle(made.study, tmp_path / "late", made) == pixel_seed(made.study, SERIES)


def test_the_same_series_of_a_copys_own_secret_hides_nothing(made: Locked) -> None:
    copy = Source.objects.filter(study=the_other_half(made), name="gan-canary")
    freeze_study(made.study, by=made.owner, reason="all read")
    source = Source.objects.get(study=made.study, name="gan-canary")
    assert told_seed(source) is None
    copy.update(sampler={"series": SERIES, MADE_FOR: str(copy.get().study.uuid)})
    assert told_seed(source) == pixel_seed(made.study, SERIES)


def test_a_copy_tells_no_seed_for_images_that_another_study_made(made: Locked) -> None:
    freeze_study(made.study, by=made.owner, reason="all read")
    source = Source.objects.get(study=duplicate(made.study, by=made.owner), name="gan-canary")
    assert source.sampler == {"series": SERIES, MADE_FOR: str(made.study.uuid)}
    assert told_seed(source) is None


def test_the_pre_flight_of_a_copy_names_seeds_that_were_told(made: Locked) -> None:
    before = duplicate(made.study, by=made.owner)
    end(made)
    after = duplicate(made.study, by=made.owner)
    assert not any("bundle tells their seed" in sentence for sentence in recognisable(before))
    told = recognisable(after)
    assert any(sentence.startswith("The images of 'gan-canary' were generated") for sentence in told)
