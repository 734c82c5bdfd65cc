"""A duplicate is a draft with the same images; a rehearsal is a twin that leaves its study alone."""

import pytest

from readerstudy.audit.models import Event
from readerstudy.reading.models import Response
from readerstudy.results.freeze import freeze_study
from readerstudy.studies.models import Enrolment, Study
from readerstudy.truth.allocate import allocate, pools_of
from readerstudy.truth.duplicate import duplicate, rehearse
from readerstudy.truth.models import Plan, Provenance, Source
from readerstudy.truth.secrets import commitment_of, pixel_seed_of, plan_secret_of
from readerstudy.truth.unblind import confirm_unblinding, is_unblinded, request_unblinding
from readerstudy.truth.virtual import Skill
from readerstudy.truth.virtual.simulate import simulate_readers
from tests.readerstudy.factory import a_locked_study, a_planned_study, a_user, answer_next, protocol_text

pytestmark = pytest.mark.django_db


def contents(study: Study) -> list[tuple[object, ...]]:
    rows = Provenance.objects.filter(source__study=study).order_by("source__name", "image__digest")
    return list(rows.values_list("source__name", "source__kind", "image__digest", "labels", "seed"))


def test_a_duplicate_has_protocol_and_images_and_nobody_in_it() -> None:
    made = a_locked_study()
    answer_next(made.reading("rita"))
    copy = duplicate(made.study, by=made.owner)
    assert copy.protocol.text == made.study.protocol.text
    assert contents(copy) == contents(made.study)
    assert not copy.is_locked
    assert not Plan.objects.filter(study=copy).exists()
    assert [e.role for e in Enrolment.objects.filter(study=copy)] == ["owner"]
    assert duplicate(made.study, by=made.owner).slug != copy.slug


def test_the_images_of_the_original_stay_where_they_are() -> None:
    study = a_planned_study()
    before = contents(study), list(Source.objects.filter(study=study).values_list("pk", "name"))
    duplicate(study, by=a_user("alice"))
    assert before == (contents(study), list(Source.objects.filter(study=study).values_list("pk", "name")))


def test_a_rehearsal_reads_the_same_images_and_leaves_the_study_untouched() -> None:
    study = a_planned_study()
    twin = rehearse(study, by=a_user("alice"))
    answers = simulate_readers(twin, 2, Skill(), by=a_user("alice"), seed=1, on_answer=lambda: None)
    assert answers == 2 * 3
    assert contents(twin) == contents(study)
    assert not study.is_locked
    assert not Response.objects.filter(presentation__section__study=study).exists()
    assert not Enrolment.objects.filter(study=study, virtual=True).exists()
    assert twin not in Study.objects.real()


def test_copies_and_rehearsals_draw_secrets_of_their_own() -> None:
    study = a_planned_study()
    twin, copy = rehearse(study, by=a_user("alice")), duplicate(study, by=a_user("alice"))
    allocate(copy, by=a_user("alice"))
    studies = [study, twin, copy]
    assert len({plan_secret_of(one) for one in studies}) == 3
    assert len({pixel_seed_of(one) for one in studies}) == 3
    assert len({commitment_of(one) for one in studies}) == 3
    images = [{image.image for pool in pools_of(one).values() for image in pool} for one in studies]
    assert not images[0] & images[1]
    assert not images[0] & images[2]
    assert Plan.objects.filter(study__in=studies).values("digest").distinct().count() == 3


def test_unblinding_a_rehearsal_reveals_its_own_plan_secret_alone() -> None:
    study = a_planned_study()
    twin = rehearse(study, by=a_user("alice"))
    freeze_study(twin, by=a_user("alice"), reason="Pre-flight")
    request_unblinding(twin, by=a_user("alice"), reason="Pre-flight")
    confirm_unblinding(twin, by=a_user("alice"), reason="Pre-flight")
    revealed = Event.objects.get(stream__name=twin.scope, verb="study unblinded").particulars
    assert revealed == {"plan_secret": plan_secret_of(twin).hex(), "commitment": commitment_of(twin)}
    assert plan_secret_of(study).hex() not in str(list(Event.objects.values_list("particulars", flat=True)))


def test_one_person_unblinds_a_rehearsal_even_where_the_study_asks_for_two() -> None:
    study = a_planned_study(protocol_text(study="unblinding_people = 2"))
    twin = rehearse(study, by=a_user("alice"))
    freeze_study(twin, by=a_user("alice"), reason="Pre-flight")
    request_unblinding(twin, by=a_user("alice"), reason="Pre-flight")
    confirm_unblinding(twin, by=a_user("alice"), reason="Pre-flight")
    assert is_unblinded(twin)
    assert not is_unblinded(study)


def test_what_happens_in_a_rehearsal_is_logged_there() -> None:
    study = a_planned_study()
    twin = rehearse(study, by=a_user("alice"))
    assert Event.objects.within(study.scope).filter(verb="study rehearsed").count() == 1
    assert not Event.objects.within(study.scope).filter(verb="study locked").exists()
    assert Event.objects.within(twin.scope).filter(verb="study locked").exists()


def test_virtual_readers_go_on_where_they_stopped() -> None:
    made = a_locked_study(readers=())

    def simulate() -> int:
        return simulate_readers(made.study, 2, Skill(), by=made.owner, seed=1, on_answer=lambda: None)

    assert simulate() == 6
    assert simulate() == 0
    assert Enrolment.objects.filter(study=made.study, virtual=True).count() == 2
