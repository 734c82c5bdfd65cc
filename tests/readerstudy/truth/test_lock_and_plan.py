"""The plan is stored as it was made, the same on every database, and nothing moves once it is locked."""

from collections.abc import Callable

import pytest
from django.db import DatabaseError, models, transaction

from readerstudy.audit.models import Event
from readerstudy.reading.models import Presentation, Slot
from readerstudy.studies.create import revise_protocol
from readerstudy.studies.errors import ReasonMissing, StudyIsLocked
from readerstudy.studies.models import Lock, Protocol, Section, Study, Trial, TrialImage
from readerstudy.truth.allocate import allocate, allocations_of, pools_of
from readerstudy.truth.allocation import make_plan
from readerstudy.truth.allocation.keys import PLAN, PLAN_DIGEST
from readerstudy.truth.blinding.audit import keep_audit
from readerstudy.truth.blinding.gate import images_digest, newest_audit, override
from readerstudy.truth.errors import (
    BlindingFailed,
    BlindingNotShown,
    CommitmentBroken,
    NoPlan,
    PlanIsStale,
    PlanWasChanged,
)
from readerstudy.truth.lock import lock_study
from readerstudy.truth.models import BlindingAudit, Key, Plan, Provenance, Source, StudySecrets
from readerstudy.truth.secrets import commitment_of, drawn_secrets, plan_key, require_commitment
from readerstudy.truth.sources import Origin, add_images, source_of
from readerstudy.truth.stored_plan import stored_digest, stored_document
from tests.readerstudy.factory import (
    AUDIT,
    CALLS,
    CHECKS,
    QUARTETS,
    a_locked_study,
    a_planned_study,
    a_user,
    protocol_text,
    random_images,
)

pytestmark = pytest.mark.django_db
ALL = QUARTETS.format(trials=3) + "repeats = 1\n" + CALLS + CHECKS


@pytest.fixture
def study() -> Study:
    return a_planned_study(protocol_text(sections=ALL))


def test_what_is_stored_is_what_was_planned(study: Study) -> None:
    plan = Plan.objects.get(study=study)
    pools, key = pools_of(study), plan_key(study, PLAN)
    planned = make_plan(study.protocol.document, study.protocol.digest, pools, key=key)
    assert stored_document(study, plan) == planned
    assert plan.digest == stored_digest(study, plan) == planned.digest(plan_key(study, PLAN_DIGEST))


def test_allocating_again_is_the_same_plan(study: Study) -> None:
    first = Plan.objects.get(study=study)
    assert allocate(study, by=a_user("alice")).pk == first.pk
    assert allocations_of(study) == 1


def test_a_revised_protocol_makes_the_plan_stale_until_it_is_made_anew(study: Study) -> None:
    alice = a_user("alice")
    revise_protocol(study, study.protocol.text.replace("seed = 7", "seed = 8"), by=alice)
    study = Study.objects.get(pk=study.pk)
    with pytest.raises(PlanIsStale):
        lock_study(study, by=alice, reason="ready")
    first = Plan.objects.get(study=study).digest
    assert allocate(study, by=alice).digest != first
    lock_study(study, by=alice, reason="ready")
    locked = Event.objects.get(stream__name=study.scope, verb="study locked").particulars
    assert (locked["allocations"], locked["commitment"]) == (2, commitment_of(study))


def test_images_brought_after_the_plan_make_it_stale_though_it_uses_none_of_them(study: Study) -> None:
    """Otherwise nobody could recompute the plan: it was not drawn from the pool that the bundle tells."""
    alice = a_user("alice")
    (image,) = random_images(study.protocol.document, 1, seed=99)
    add_images(
        source_of(study, "hospital-canary"), [Origin(image=image, labels={"grade": "1"}, group="g")], by=alice
    )
    keep_audit(study, images_digest(study), True, AUDIT, by=alice)
    with pytest.raises(PlanIsStale, match="other images"):
        lock_study(study, by=alice, reason="ready")
    allocate(study, by=alice)
    lock_study(study, by=alice, reason="ready")


def test_a_plan_secret_exchanged_in_the_database_stops_the_lock(study: Study) -> None:
    mine, foreign = drawn_secrets(study.uuid), StudySecrets.objects.filter(study=study)
    foreign.update(plan_secret=mine["plan_secret"])
    with pytest.raises(CommitmentBroken):
        require_commitment(study)
    # With a commitment to match, the creation event still tells the other one.
    foreign.update(commitment=mine["commitment"])
    allocate(study, by=a_user("alice"))
    with pytest.raises(CommitmentBroken):
        lock_study(study, by=a_user("alice"), reason="ready")


def test_a_draft_planned_before_there_were_secrets_is_planned_anew(study: Study) -> None:
    alice, plan = a_user("alice"), Plan.objects.get(study=study)
    Plan.objects.filter(pk=plan.pk).update(seed=7)
    with pytest.raises(PlanIsStale, match="before studies had secrets"):
        lock_study(study, by=alice, reason="ready")
    Plan.objects.filter(pk=plan.pk).update(digest="0" * 64)
    assert not allocate(study, by=alice).is_computable
    lock_study(study, by=alice, reason="ready")


def test_a_plan_from_before_there_were_secrets_can_still_be_checked(study: Study) -> None:
    plan = Plan.objects.get(study=study)
    plan.seed = 7
    first = stored_digest(study, plan)
    TrialImage.objects.filter(trial__section__name="checks").update(label={"grade": "9"})
    assert stored_digest(study, plan) != first


def test_rows_changed_behind_the_platforms_back_stop_the_lock(study: Study) -> None:
    key = Key.objects.filter(trial_image__trial__section__study=study).earliest("pk")
    Key.objects.filter(pk=key.pk).update(alternative="something else")
    with pytest.raises(PlanWasChanged):
        lock_study(study, by=a_user("alice"), reason="ready")


def test_the_lock_needs_a_plan_an_audit_and_a_reason(study: Study) -> None:
    alice = a_user("alice")
    with pytest.raises(ReasonMissing):
        lock_study(study, by=alice, reason=" ")
    other = Study.objects.create(slug="empty", title="Empty", created_by=alice)
    Protocol.objects.create(
        study=other, version=1, text=study.protocol.text, digest=study.protocol.digest, by=alice
    )
    with pytest.raises(NoPlan):
        lock_study(other, by=alice, reason="ready")
    # The audit spoke of other images: one more has come since.
    source = source_of(study, "hospital-canary")
    foreign = Provenance.objects.exclude(source=source).earliest("pk")
    Provenance.objects.create(source=source, image=foreign.image, labels={"grade": "1"}, by=alice)
    allocate(study, by=alice)
    assert newest_audit(study) is None
    with pytest.raises(BlindingNotShown):
        lock_study(study, by=alice, reason="ready")


def test_a_failed_audit_stops_the_lock_until_somebody_answers_for_it(study: Study) -> None:
    alice = a_user("alice")
    passed = newest_audit(study)
    assert passed is not None
    failed = BlindingAudit.objects.create(
        study=study, images_digest=passed.images_digest, passed=False, document=AUDIT, by=alice
    )
    with pytest.raises(BlindingFailed):
        lock_study(study, by=alice, reason="ready")
    with pytest.raises(ReasonMissing):
        override(failed, by=alice, reason="")
    override(failed, by=alice, reason="both arms come from one archive")
    lock = lock_study(study, by=alice, reason="ready")
    assert lock_study(study, by=alice, reason="again") == lock


def rows(study: Study) -> dict[type[models.Model], models.QuerySet[models.Model]]:
    """The tables a lock closes, each with a column that somebody could want to change."""
    of_trials = {"trial__section__study": study}
    found: dict[type[models.Model], models.QuerySet[models.Model]] = {
        Protocol: Protocol.objects.filter(study=study),
        Section: Section.objects.filter(study=study),
        Trial: Trial.objects.filter(section__study=study),
        TrialImage: TrialImage.objects.filter(**of_trials),
        Presentation: Presentation.objects.filter(section__study=study),
        Slot: Slot.objects.filter(presentation__section__study=study),
        Key: Key.objects.filter(trial_image__trial__section__study=study),
        Source: Source.objects.filter(study=study),
        Provenance: Provenance.objects.filter(source__study=study),
        Plan: Plan.objects.filter(study=study),
        Lock: Lock.objects.filter(study=study),
    }
    return found


CHANGES: dict[type[models.Model], dict[str, object]] = {
    Protocol: {"text": "other"},
    Section: {"name": "other"},
    Trial: {"number": 900},
    TrialImage: {"label": {"grade": "4"}},
    Presentation: {"order": 900},
    Slot: {"position": 7},
    Key: {"alternative": "other"},
    Source: {"kind": "real"},
    Provenance: {"labels": {"grade": "4"}},
    Plan: {"digest": "other"},
    Lock: {"reason": "other"},
}


@pytest.fixture
def locked(study: Study) -> Study:
    lock_study(study, by=a_user("alice"), reason="ready")
    return study


@pytest.mark.parametrize("model", CHANGES, ids=lambda model: model.__name__)
def test_the_database_refuses_to_change_what_is_locked(locked: Study, model: type[models.Model]) -> None:
    table = rows(locked)[model]
    one = table.order_by("pk").first()
    assert one is not None

    def insert() -> None:
        one.pk, one._state.adding = None, True
        for name, value in CHANGES[model].items():
            setattr(one, name, value)
        one.save(force_insert=True)

    attempts: list[Callable[[], object]] = [
        lambda: table.filter(pk=one.pk).update(**CHANGES[model]),
        lambda: table._raw_delete(table.db),  # type: ignore[attr-defined]
        insert,
    ]
    for attempt in attempts:
        with pytest.raises(DatabaseError), transaction.atomic():
            attempt()


def test_the_verbs_refuse_what_is_locked_with_a_sentence(locked: Study) -> None:
    alice = a_user("alice")
    for verb in (
        lambda: allocate(locked, by=alice),
        lambda: revise_protocol(locked, locked.protocol.text, by=alice),
        lambda: source_of(locked, "hospital-canary"),
    ):
        with pytest.raises(StudyIsLocked, match="Duplicate the study"):
            verb()


def test_another_study_may_still_change() -> None:
    a_locked_study()
    draft = a_planned_study(slug="hips")
    assert Section.objects.filter(study=draft).update(practice=True) == 1
