"""What an older version kept is whole after the migrations: answers, images, copies of studies, leaders."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from readerstudy.accounts.claim import claim
from readerstudy.accounts.models import User
from readerstudy.audit.guards import faults, installed
from readerstudy.imaging.models import Image
from readerstudy.reading.answer import Answer
from readerstudy.reading.models import Choice, Tally
from readerstudy.studies.lead import invite_leader, may_create_studies
from readerstudy.studies.models import Study
from readerstudy.truth.duplicate import duplicate
from readerstudy.truth.models import Measurement, Provenance, SeenFile
from readerstudy.truth.sources import source_of
from tests.readerstudy.factory import (
    CALLS,
    QUARTETS,
    Locked,
    a_locked_study,
    a_planned_study,
    a_user,
    answer_next,
    protocol_text,
    read_everything,
)
from tests.readerstudy.reading.test_tally import correct

#: Before tallies, the right to lead, links between copies, and knowledge of images by study.
OLD = [
    ("reading", "0005_guards_again"),
    ("studies", "0009_study_uuid_is_unique"),
    ("truth", "0005_secrets_of_existing_studies"),
    ("imaging", "0001_initial"),
]


def old_tables() -> Callable[[str, str], Any]:
    MigrationExecutor(connection).migrate(OLD)
    return MigrationExecutor(connection).loader.project_state(OLD).apps.get_model


def new_tables() -> None:
    executor = MigrationExecutor(connection)
    executor.migrate(executor.loader.graph.leaf_nodes())


@pytest.fixture
def newest_tables_again() -> Iterator[None]:
    """Whatever happens on the way back, the tables are as other tests expect them."""
    yield
    new_tables()


def read_with_corrections(made: Locked) -> None:
    """rita's clock is wrong once and says nothing sensible once."""
    rita = made.reading("rita")
    token = answer_next(rita).response.presentation.token
    for points, said in ((1, "2001-01-01T00:00:00Z"), (2, "no time at all")):
        answer = Answer(pick="B", ratings=dict.fromkeys("ABC", points))
        correct(rita, token, answer, clock={"submitted_at": said})
    list(read_everything(rita))
    list(read_everything(made.reading("ron")))


def tallied() -> list[Any]:
    counts = Tally.objects.values_list("enrolment", "section", "day", "answers", "active_ms", "clock_gap")
    choices = Choice.objects.filter(times__gt=0).values_list("enrolment", "section", "kind", "value", "times")
    return [sorted(counts), sorted(choices), sorted(Tally.objects.values_list("enrolment", "last_at"))]


def an_image_of_two_studies(first: Study) -> Image:
    draft = a_planned_study(slug="draft", owner="alice")
    shared = Provenance.objects.filter(source__study=first).earliest("pk").image
    source_of(draft, "gan-canary").provenances.create(image=shared, by=a_user("alice"))
    return shared


def know_as_before(shared: Image, old: Callable[[str, str], Any]) -> None:
    """Patients, facts and measurements stood with the image, for every study that has it."""
    image = old("imaging", "Image").objects.get(pk=shared.pk)
    image.group, image.facts = "f" * 32, {"container": "PNG", "bits": 8}
    image.save()
    old("imaging", "SeenFile").objects.create(token="t" * 64, image=image)
    old("imaging", "Measurement").objects.create(image=image, version=1, features={"a": 1.5}, sketch=b"\0s")


def every_study_knows_the_same(shared: Image) -> None:
    rows = Provenance.objects.filter(image=shared).order_by("pk")
    assert list(rows.values_list("source__study__slug", flat=True)) == ["locked", "locked-copy", "draft"]
    assert {row.group for row in rows} == {"f" * 32}
    assert [row.facts for row in rows] == [{"container": "PNG", "bits": 8}] * 3
    assert Provenance.objects.exclude(image=shared).exclude(group="").count() == 0
    for model in (SeenFile, Measurement):
        assert sorted(model.objects.values_list("provenance", flat=True)) == [row.pk for row in rows]
    assert {bytes(sketch) for sketch in Measurement.objects.values_list("sketch", flat=True)} == {b"\0s"}


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_nothing_is_lost_on_the_way_from_an_older_version(newest_tables_again: None) -> None:
    sections = QUARTETS.format(trials=3) + CALLS
    made = a_locked_study(
        protocol_text(sections=sections, more="[reading]\nallow_back = true\n"), slug="locked"
    )
    read_with_corrections(made)
    counted, copy = tallied(), duplicate(made.study, by=made.owner)
    invitation = invite_leader("lea@example.org", by=User.objects.operator())
    shared = an_image_of_two_studies(made.study)
    know_as_before(shared, old_tables())
    new_tables()
    assert tallied() == counted
    every_study_knows_the_same(shared)
    assert Study.objects.get(pk=copy.pk).copy_of_id == made.study.pk
    lea = claim(invitation.rstrip("/").rsplit("/", 1)[1]).by
    assert [may_create_studies(who) for who in (made.owner, lea)] == [True, True]
    assert not any(may_create_studies(made.people[name]) for name in ("carl", "anna", "rita"))
    assert faults(connection, installed(connection)) == {}
