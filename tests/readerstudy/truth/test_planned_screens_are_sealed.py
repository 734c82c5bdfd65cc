"""What a plan says of screens is stored, is the plan that was drawn, and is sealed at the lock."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from readerstudy.reading.models import Presentation
from readerstudy.reading.models.presentation import LETTERS
from readerstudy.results.verify_study import verify_study
from readerstudy.studies.models import Section, Study, Trial, TrialImage
from readerstudy.truth.allocate import allocate
from readerstudy.truth.errors import PlanIsStale, PlanWasChanged
from readerstudy.truth.models import Key
from readerstudy.truth.stored_plan import check_plan
from tests.readerstudy.factory import (
    CHECKS,
    Locked,
    a_locked_study,
    a_planned_study,
    kept_for_a_module,
    protocol_text,
)
from tests.readerstudy.results.behind_the_triggers import rewrite

pytestmark = pytest.mark.django_db

SCREENS = """
[[sections]]
name = "pairs"
show = { same = { hospital-canary = 2 }, mixed = { hospital-canary = 1, gan-canary = 1 } }
trials = 4
reference = "checkpoint-canary"
tells = ["grade"]
items = [
  { name = "better", kind = "prefer", ask = "Better?" },
  { name = "noticed", kind = "text", of = "section", ask = "Anything?", required = false },
]
[[sections]]
name = "again"
reuse = "pairs"
items = [ { name = "quality", kind = "scale", ask = "Quality" } ]
"""
TEXT = protocol_text(sections=SCREENS + CHECKS)


@pytest.fixture(scope="module")
def _made(django_db_setup: None, django_db_blocker: Any) -> Iterator[Locked]:
    with kept_for_a_module(django_db_blocker.unblock()):
        yield a_locked_study(TEXT)


@pytest.fixture
def made(_made: Locked, db: None) -> Locked:
    return _made.afresh()


def found(made: Locked) -> list[str]:
    return [finding.what for finding in verify_study(made.study)]


def test_a_study_as_it_was_locked_is_whole(made: Locked) -> None:
    assert found(made) == []


def test_a_reference_has_its_own_letter_on_every_screen(made: Locked) -> None:
    for section, others in (("pairs", "AB"), ("again", "AB")):
        for shown in Presentation.objects.filter(section__name=section).prefetch_related(
            "slots__trial_image"
        ):
            letters = {slot.letter: slot.trial_image_id for slot in shown.slots.all()}
            assert set(letters) in ({*others, LETTERS[-1]}, set())
            if letters:
                assert Key.objects.get(trial_image=letters["R"]).alternative == "reference"


def test_labels_to_show_are_with_the_image_and_truths_are_not(made: Locked) -> None:
    shown = TrialImage.objects.filter(trial__section__name="pairs")
    assert all(set(image.tells) == {"grade"} for image in shown)
    assert all(image.tells == {} for image in TrialImage.objects.filter(trial__section__name="again"))


def test_values_of_checked_labels_are_those_of_all_images(made: Locked) -> None:
    values = dict(Section.objects.filter(study=made.study).values_list("name", "label_values"))
    assert values == {"pairs": {}, "again": {}, "checks": {"grade": ["0", "1", "2", "3", "4"]}}


def test_sections_have_tokens_that_no_other_study_has(made: Locked) -> None:
    other = a_locked_study(TEXT, slug="hips", owner="olga", readers=())
    tokens = [
        set(Section.objects.filter(study=study).values_list("token", flat=True))
        for study in (made.study, other.study)
    ]
    assert [len(one) for one in tokens] == [3, 3]
    assert tokens[0].isdisjoint(tokens[1])


def a_page(study: Study) -> Trial:
    return Trial.objects.get(section__study=study, images=None)


def test_a_kind_of_screen_that_was_changed_is_found(made: Locked) -> None:
    key = Key.objects.filter(trial_image__trial__section__study=made.study, screen="same").first()
    assert key is not None
    rewrite(f"UPDATE truth_key SET screen = 'mixed' WHERE id = {key.pk}")
    assert f"truth_key:{key.pk} was changed after the lock" in found(made)


@pytest.mark.parametrize("tells", [{"grade": "9"}, {}])
def test_labels_beside_images_that_were_changed_are_found(made: Locked, tells: dict[str, str]) -> None:
    image = TrialImage.objects.filter(trial__section__name="pairs").first()
    assert image is not None
    rewrite(f"UPDATE studies_trialimage SET tells = '{json.dumps(tells)}' WHERE id = {image.pk}")
    assert f"studies_trialimage:{image.pk} was changed after the lock" in found(made)


@pytest.mark.parametrize("values", [{"grade": ["0"]}, {}])
def test_values_of_labels_that_were_changed_are_found(made: Locked, values: dict[str, list[str]]) -> None:
    section = Section.objects.get(study=made.study, name="checks")
    rewrite(f"UPDATE studies_section SET label_values = '{json.dumps(values)}' WHERE id = {section.pk}")
    assert f"studies_section:{section.pk} was changed after the lock" in found(made)


def test_a_page_of_questions_that_was_moved_is_found(made: Locked) -> None:
    page = a_page(made.study)
    rewrite(f"UPDATE studies_trial SET number = 99 WHERE id = {page.pk}")
    assert f"studies_trial:{page.pk} was changed after the lock" in found(made)


def test_before_the_lock_the_rows_have_to_be_those_of_the_plan() -> None:
    study = a_planned_study(TEXT, slug="drafts", owner="olga")
    check_plan(study)
    Section.objects.filter(study=study, name="checks").update(label_values={"grade": ["0"]})
    with pytest.raises(PlanWasChanged):
        check_plan(study)
    Section.objects.filter(study=study, name="checks").update(label_values={})
    with pytest.raises(PlanIsStale):
        check_plan(study)


def test_a_plan_made_again_is_the_same_plan() -> None:
    study = a_planned_study(TEXT, slug="drafts", owner="olga")
    plan = allocate(study, by=study.created_by)
    assert allocate(study, by=study.created_by) == plan
    check_plan(study)
