"""Each study has two secrets of its own, sealed under a key that lies outside the database."""

import stat
import traceback
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from django.test import Client

from readerstudy.audit.models import Event
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Study
from readerstudy.truth.duplicate import duplicate
from readerstudy.truth.errors import KeyFileMissing, KeyFileUnfit, NoSecrets, SecretUnreadable
from readerstudy.truth.key_file import create_key_file
from readerstudy.truth.models import StudySecrets
from readerstudy.truth.secrets import (
    commitment,
    commitment_of,
    make_secrets,
    name_key,
    pixel_seed_of,
    plan_key,
    plan_secret_of,
)
from tests.readerstudy.factory import a_leader, a_user, protocol_text

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def key(tmp_path: Path, settings: Any) -> Iterator[Path]:
    """A key file of the test's own, which is not there yet."""
    settings.SECRETS_KEY_FILE = tmp_path / "keys" / "secrets.key"
    return settings.SECRETS_KEY_FILE


def a_study(slug: str = "knees") -> Study:
    return create_study(protocol_text(), by=a_leader("alice"), slug=slug)


def test_every_study_has_other_secrets_and_every_purpose_another_key() -> None:
    one, two = a_study("one"), a_study("two")
    keys = [
        make(study, purpose)
        for make in (plan_key, name_key)
        for study in (one, two)
        for purpose in ("order", "image")
    ]
    assert len({*keys, plan_secret_of(one), plan_secret_of(two)}) == 10
    assert [len(key) for key in keys] == [32] * 8
    assert (len(plan_secret_of(one)), len(pixel_seed_of(one))) == (32, 16)
    assert plan_key(one, "order") == plan_key(Study.objects.get(pk=one.pk), "order")


def test_making_secrets_again_keeps_them() -> None:
    study = a_study()
    before = plan_secret_of(study)
    make_secrets(study)
    assert plan_secret_of(study) == before


def test_the_creation_event_holds_the_commitment_to_the_plan_secret() -> None:
    study = a_study()
    event = Event.objects.get(verb="study created", subject=f"studies.study:{study.pk}")
    expected = commitment(str(study.uuid), plan_secret_of(study))
    assert event.particulars["commitment"] == commitment_of(study) == expected
    assert event.particulars["uuid"] == str(study.uuid)


def test_the_database_holds_ciphertext_alone() -> None:
    study = a_study()
    row = StudySecrets.objects.get(study=study)
    stored = bytes(row.plan_secret) + bytes(row.name_secret) + bytes(row.pixel_seed)
    assert plan_secret_of(study)[:8] not in stored
    assert pixel_seed_of(study)[:8] not in stored


def test_a_secret_of_another_study_does_not_open_in_its_place() -> None:
    one, two = a_study("one"), a_study("two")
    foreign = StudySecrets.objects.get(study=two).plan_secret
    StudySecrets.objects.filter(study=one).update(plan_secret=foreign)
    with pytest.raises(SecretUnreadable):
        plan_secret_of(one)


def test_the_first_study_creates_the_key_file_for_its_owner_alone(key: Path) -> None:
    a_study("one")
    written = key.read_bytes()
    assert stat.S_IMODE(key.stat().st_mode) == 0o600
    a_study("two")
    create_key_file()
    assert key.read_bytes() == written
    assert [path.name for path in key.parent.iterdir()] == [key.name]


def test_a_key_file_that_is_gone_is_never_replaced_by_a_new_one(key: Path) -> None:
    study = a_study("one")
    key.unlink()
    for needs_it in (lambda: plan_secret_of(study), lambda: a_study("two")):
        with pytest.raises(
            KeyFileMissing,
            match=r"secrets\.key \(SECRETS_KEY_FILE\) is missing.*Restore it from its own backup",
        ):
            needs_it()
    assert not key.exists()


@pytest.mark.parametrize("content", [b"", b"short\n", b"!" * 44, b"A" * 40])
def test_a_damaged_key_file_is_refused_with_its_name(key: Path, content: bytes) -> None:
    study = a_study()
    key.write_bytes(content)
    with pytest.raises(KeyFileUnfit, match=r"secrets\.key \(SECRETS_KEY_FILE\) has to hold one key"):
        plan_secret_of(study)


def test_a_key_file_that_others_can_read_is_refused(key: Path) -> None:
    study = a_study()
    key.chmod(0o640)
    with pytest.raises(KeyFileUnfit, match="chmod 600"):
        plan_secret_of(study)


def test_another_key_opens_nothing_and_an_added_key_leaves_the_old_ones_working(key: Path) -> None:
    study = a_study()
    secret, old = plan_secret_of(study), key.read_bytes()
    key.unlink()
    create_key_file()
    with pytest.raises(SecretUnreadable, match=f"plan_secret of study {study.uuid}"):
        plan_secret_of(study)
    key.write_bytes(key.read_bytes() + old)
    assert plan_secret_of(study) == secret


def test_no_study_is_sealed_with_the_key_file_of_another_database(key: Path, client: Client) -> None:
    study = a_study("one")
    old = key.read_bytes()
    key.unlink()
    create_key_file()
    wrong = key.read_bytes()
    told = r"secrets\.key \(SECRETS_KEY_FILE\) opens the secrets of any study.*Restore the key file"
    for seals in (lambda: a_study("two"), lambda: duplicate(study, by=study.created_by)):
        with pytest.raises(SecretUnreadable, match=told):
            seals()
    client.force_login(study.created_by)
    answer = client.post("/api/studies", {"text": protocol_text()}, "application/json")
    assert (answer.status_code, answer.json()["code"]) == (409, "secret_unreadable")
    page = client.post("/studies/new/", {"text": protocol_text()}, follow=True).content.decode()
    assert ["no study can be created" in told for told in (str(answer.json()), page)] == [True, True]
    assert [one.slug for one in Study.objects.all()] == ["one"]
    key.write_bytes(wrong + old)
    new = a_study("two")
    key.write_bytes(wrong)
    assert len(plan_secret_of(new)) == 32


def test_one_study_whose_key_is_lost_stops_no_new_one(key: Path) -> None:
    a_study("one")
    old = key.read_bytes()
    create_key_file()
    lost = a_study("lost")
    StudySecrets.objects.filter(study=lost).update(plan_secret=b"x" * 60)
    assert plan_secret_of(a_study("two"))
    assert key.read_bytes() == old


def test_secrets_show_in_no_text_form_and_no_traceback() -> None:
    study = a_study()
    secret = plan_secret_of(study)
    derived = plan_key(study, "order")
    row = StudySecrets.objects.get(study=study)
    try:
        raise ValueError(secret, derived, row)
    except ValueError as error:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    told += f"{secret}{derived!r}{[secret, derived]}{row!r}"
    for form in (secret.hex(), derived.hex(), ascii(bytes(secret)), ascii(bytes(derived))):
        assert form not in told


def test_a_study_keeps_its_secrets() -> None:
    study = a_study()
    with pytest.raises(DatabaseError, match="A study keeps its secrets"), transaction.atomic():
        StudySecrets.objects.filter(study=study).delete()


def test_studies_from_before_there_were_secrets_get_theirs(key: Path) -> None:
    study = Study.objects.create(slug="old", title="Old", created_by=a_user("alice"))
    with pytest.raises(NoSecrets):
        plan_key(study, "order")
    migration = import_module("readerstudy.truth.migrations.0005_secrets_of_existing_studies")
    for _ in range(2):
        migration.draw_for_existing_studies(apps, connection.schema_editor())
    assert commitment_of(study) == commitment(str(study.uuid), plan_secret_of(study))
    assert key.exists()
