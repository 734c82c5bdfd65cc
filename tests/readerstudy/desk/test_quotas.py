"""A study and an account may hold so much and no more, through every door; the room left tells nothing."""

from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import caches
from django.core.management import CommandError, call_command

from readerstudy.desk.images.uploads import Batch, start_import
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Study
from readerstudy.studies.runs.perform import perform
from readerstudy.truth import quota
from readerstudy.truth.duplicate import duplicate, rehearse
from readerstudy.truth.errors import QuotaUsed
from readerstudy.truth.import_images import import_images
from readerstudy.truth.models import Provenance
from readerstudy.truth.quota import brought_by, held_by
from readerstudy.truth.sources import Origin, add_images, source_of
from tests.readerstudy.desk.api.conftest import a_program
from tests.readerstudy.factory import a_leader, a_planned_study, a_user, protocol_text, random_images
from tests.readerstudy.imaging.phantoms import write_png
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db

IMAGE = 16 * 24


@pytest.fixture
def study(settings: Any, tmp_path: Path) -> Study:
    settings.HOME = tmp_path / "home"
    return create_study(protocol_text(), by=a_leader("alice"), slug="knees")


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """A study may hold ten thousand bytes, an account bring fifteen thousand."""
    monkeypatch.setattr(quota, "GIB", 5_000)
    settings.STUDY_QUOTA_GIB, settings.ACCOUNT_QUOTA_GIB = 2, 3


def a_batch(study: Study, name: str = "alice") -> Batch:
    return Batch(study=study, token=uuid4(), by=a_user(name))


def pictures(folder: Path, count: int) -> Path:
    for number in range(count):
        write_png(folder, f"{number:02}.png", number)
    return folder


def test_uploads_of_a_study_are_refused_once_they_are_too_many(study: Study, small: None) -> None:
    for _ in range(2):
        a_batch(study).append(0, "a.png", 0, b"abc")
    with pytest.raises(QuotaUsed, match=r"The study may hold 2 GiB.*raise STUDY_QUOTA_GIB"):
        a_batch(study).append(0, "a.png", 0, b"abc")


def test_page_and_api_say_the_same(study: Study, small: None) -> None:
    for _ in range(2):
        a_batch(study).append(0, "a.png", 0, b"abc")
    address = f"/studies/knees/images/upload/{uuid4()}/0/?name=a.png&offset=0"
    by_page = signed_in(a_user("alice")).put(address, b"abc", "application/octet-stream")
    api = f"/api/studies/knees/uploads/{uuid4()}/0?name=a.png&offset=0"
    by_api = signed_in(a_user("alice")).put(api, b"abc", "application/octet-stream")
    assert (by_page.status_code, by_api.status_code) == (409, 409)
    assert by_api.json()["code"] == "quota_used"
    assert by_page.json()["detail"] == by_api.json()["detail"]


def test_a_piece_sent_twice_counts_once_and_what_is_discarded_no_more(study: Study, small: None) -> None:
    first, second = a_batch(study), a_batch(study)
    for _ in range(5):
        first.append(0, "a.png", 0, b"abc")
    second.append(0, "a.png", 0, b"abc")
    with pytest.raises(QuotaUsed):
        a_batch(study).append(0, "a.png", 0, b"abc")
    first.discard()
    a_batch(study).append(0, "a.png", 0, b"abc")


def test_an_account_is_counted_over_all_its_studies(study: Study, small: None) -> None:
    others = [create_study(protocol_text(), by=a_user("alice")) for _ in range(2)]
    for each in (study, *others):
        a_batch(each).append(0, "a.png", 0, b"abc")
    with pytest.raises(QuotaUsed, match="Your account may bring 3 GiB"):
        a_batch(others[0]).append(0, "a.png", 0, b"abc")
    a_batch(others[0], "carl").append(0, "a.png", 0, b"abc")


def test_an_import_stops_before_it_holds_too_much(
    study: Study, small: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("readerstudy.truth.import_images.BATCH", 10)
    with pytest.raises(CommandError, match="The study may hold 2 GiB"):
        call_command(
            "import_images",
            "knees",
            "--source=hospital-canary",
            "--kind=real",
            str(pictures(tmp_path / "in", 30)),
            verbosity=0,
        )
    assert held_by(study) == 20 * IMAGE <= 10_000


def test_a_run_that_is_refused_says_so(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    batch = a_batch(study)
    for number, path in enumerate(sorted(pictures(tmp_path / "in", 3).iterdir())):
        batch.append(number, path.name, 0, path.read_bytes())
    run = start_import(batch, source_of(study, "hospital-canary"), by=a_user("alice"))
    monkeypatch.setattr(quota, "GIB", 1)
    perform.func(run.pk)
    run.refresh_from_db()
    assert "may hold 100 GiB" in run.error


def test_what_is_there_already_needs_no_room(
    study: Study, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = source_of(study, "hospital-canary")
    folder = pictures(tmp_path / "in", 3)
    import_images(source, [folder], by=a_user("alice"))
    monkeypatch.setattr(quota, "GIB", 1)
    assert import_images(source, [folder], by=a_user("alice")).known == 3


def test_images_that_another_study_has_take_as_much_room(study: Study) -> None:
    theirs = a_planned_study(slug="hips", owner="olga")
    shared = [row.image for row in Provenance.objects.filter(source__study=theirs).select_related("image")]
    fresh = random_images(study.protocol.document, len(shared), seed=5)
    held = []
    for images in (shared, fresh):
        add_images(
            source_of(study, "hospital-canary"), [Origin(image=one) for one in images], by=a_user("alice")
        )
        held.append(held_by(study))
    assert held[1] == 2 * held[0] == 2 * len(shared) * IMAGE


def test_copies_count_and_rehearsals_do_not(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    study = a_planned_study()
    alice, before = a_user("alice"), brought_by(a_user("alice"))
    rehearse(study, by=alice)
    assert brought_by(alice) == before
    duplicate(study, by=alice)
    assert brought_by(alice) == 2 * before
    monkeypatch.setattr(quota, "GIB", 2 * before // 200)
    with pytest.raises(QuotaUsed):
        duplicate(study, by=alice)
    assert a_program(alice).post("studies/knees/copy").json()["code"] == "quota_used"


def test_no_limit_is_a_setting_too(study: Study, monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    monkeypatch.setattr(quota, "GIB", 1)
    settings.STUDY_QUOTA_GIB = settings.ACCOUNT_QUOTA_GIB = 0
    caches["throttle"].clear()
    assert a_batch(study).append(0, "a.png", 0, b"abc") == 3
