"""Files on their way in: pieces that come twice, too early, or with a name that points elsewhere."""

import os
import time
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import pytest
from PIL import Image as Pillow

from readerstudy.desk.images import uploads
from readerstudy.desk.images.uploads import Batch, UploadRefused, start_import
from readerstudy.studies.models import Run
from readerstudy.studies.runs.perform import perform
from readerstudy.truth.models import Provenance, Source
from readerstudy.truth.take_out import take_out
from tests.readerstudy.factory import a_planned_study, a_user
from tests.readerstudy.people import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def batch(settings: Any, tmp_path: Path) -> Batch:
    settings.HOME = tmp_path
    return Batch(study=a_planned_study(), token=uuid4(), by=a_user("alice"))


def test_pieces_make_a_file(batch: Batch) -> None:
    assert batch.received(0, "knee.png") == 0
    assert batch.append(0, "knee.png", 0, b"abc") == 3
    assert batch.append(0, "knee.png", 3, b"def") == 6
    assert [path.read_bytes() for path in batch.files()] == [b"abcdef"]


def test_a_piece_sent_twice_is_taken_once(batch: Batch) -> None:
    batch.append(0, "knee.png", 0, b"abc")
    batch.append(0, "knee.png", 3, b"def")
    assert batch.append(0, "knee.png", 0, b"abc") == 6
    assert batch.files()[0].read_bytes() == b"abcdef"


def test_a_piece_that_leaves_a_gap_is_refused_with_where_to_go_on(batch: Batch) -> None:
    batch.append(0, "knee.png", 0, b"abc")
    with pytest.raises(UploadRefused, match="only 3 bytes are here"):
        batch.append(0, "knee.png", 5, b"def")
    assert batch.received(0, "knee.png") == 3


@pytest.mark.parametrize(
    "name",
    [
        "../../../etc/passwd",
        "/etc/passwd",
        "..",
        ".ssh",
        "a\\..\\b",
        "",
        "nul\x00.png",
        "é" * 400,
        "漢" * 400,
    ],
)
def test_a_name_never_leaves_the_batch(batch: Batch, name: str) -> None:
    batch.append(0, name, 0, b"x")
    [path] = batch.files()
    assert path.resolve().is_relative_to(batch.folder.resolve() / "000000")
    assert len(path.name.encode()) <= 200


def test_a_name_keeps_its_letters_however_the_system_spells_them(batch: Batch) -> None:
    batch.append(0, "Ha\u0308nde/膝.png", 0, b"x")  # as macOS spells an ä
    assert batch.files() == [batch.folder / "000000" / "H\u00e4nde" / "膝.png"]


def test_files_of_one_name_do_not_meet(batch: Batch) -> None:
    batch.append(0, "knee.png", 0, b"one")
    batch.append(1, "knee.png", 0, b"two")
    assert [path.read_bytes() for path in batch.files()] == [b"one", b"two"]


def test_what_is_too_large_is_refused(batch: Batch, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "MOST_BYTES_A_PIECE", 2)
    with pytest.raises(UploadRefused, match="at most"):
        batch.append(0, "knee.png", 0, b"abc")
    with pytest.raises(UploadRefused, match="zip archive"):
        batch.append(uploads.MOST_FILES, "knee.png", 0, b"a")
    monkeypatch.setattr(uploads, "MOST_BYTES_A_FILE", 1)
    with pytest.raises(UploadRefused, match="Split"):
        batch.append(0, "knee.png", 0, b"ab")


def a_png(path: Path) -> bytes:
    pixels = np.random.default_rng(5).integers(0, 255, (24, 16), dtype=np.uint8)
    Pillow.fromarray(pixels).save(path)
    return path.read_bytes()


def test_an_upload_becomes_images_and_refused_files_say_why(batch: Batch, tmp_path: Path) -> None:
    client = signed_in(a_user("alice"))
    address = f"/studies/knees/images/upload/{batch.token}"
    files = {"good.png": a_png(tmp_path / "good.png"), "bad.png": b"no image at all", "empty.png": b""}
    for index, (name, content) in enumerate(files.items()):
        for offset in (0, 0):
            answer = client.put(
                f"{address}/{index}/?name={name}&offset={offset}", content, "application/octet-stream"
            )
            assert answer.json() == {"received": len(content)}
        assert client.get(f"{address}/{index}/?name={name}").json() == {"received": len(content)}
    client.post("/studies/knees/images/", {"batch": str(batch.token), "source": "gan-canary"})
    run = Run.objects.get(kind="import")
    before = Provenance.objects.filter(source__name="gan-canary").count()
    perform.func(run.pk)
    run.refresh_from_db()
    assert run.state == "finished"
    assert run.outcome["added"] == 1
    assert [refused["file"] for refused in run.outcome["refused"]] == ["bad.png", "empty.png"]
    assert Provenance.objects.filter(source__name="gan-canary").count() == before + 1
    assert not batch.folder.exists()
    assert "2 refused" in client.get("/studies/knees/images/").content.decode()


def test_bad_rows_of_a_list_are_refused_alone_and_offered_as_csv(batch: Batch, tmp_path: Path) -> None:
    client = signed_in(a_user("alice"))
    batch.append(0, "good.png", 0, a_png(tmp_path / "good.png"))
    rows = "file\tpatient\tview\r\ngood.png\tP-7\tfrontal\r\n=1.png\tP-8\r\n"
    batch.append(1, "list.csv", 0, rows.encode("utf-16"))
    client.post("/studies/knees/images/", {"batch": str(batch.token), "source": "gan-canary"})
    run = Run.objects.get(kind="import")
    perform.func(run.pk)
    run.refresh_from_db()
    assert run.outcome["added"] == 1
    assert Provenance.objects.latest("pk").labels == {"view": "frontal"}
    table = client.get(f"/studies/knees/images/refused/{run.pk}.csv").content.decode()
    assert table.splitlines() == [
        "line,file,reason",
        '3,\'=1.png,"2 cells, but the header has 3 columns. Correct the row."',
    ]
    assert "P-8" not in str(run.outcome)  # what names a patient is not kept


def test_what_was_refused_for_one_reason_is_said_once(batch: Batch, tmp_path: Path) -> None:
    client = signed_in(a_user("alice"))
    batch.append(0, "good.png", 0, a_png(tmp_path / "good.png"))
    rows = ["file,patient", "good.png,P-7", *(f"absent-{number}.png,P-8" for number in range(5))]
    batch.append(1, "list.csv", 0, "\n".join(rows).encode())
    client.post("/studies/knees/images/", {"batch": str(batch.token), "source": "gan-canary"})
    perform.func(Run.objects.get(kind="import").pk)
    page = client.get("/studies/knees/images/").content.decode()
    assert page.count("not among the files given") == 1
    assert "<strong>5 refused</strong>" in page
    assert "absent-2.png</code> and 2 more" in page


def test_a_piece_may_be_as_large_as_the_browser_sends_them(batch: Batch) -> None:
    piece = bytes(uploads.MOST_BYTES_A_PIECE)
    address = f"/studies/knees/images/upload/{batch.token}/0/?name=knees.zip&offset=0"
    answer = signed_in(a_user("alice")).put(address, piece, "application/octet-stream")
    assert answer.json() == {"received": len(piece)}
    larger = signed_in(a_user("alice")).put(address, piece + b"x", "application/octet-stream")
    assert "at most 16 MiB" in larger.json()["detail"]


def test_an_image_of_another_source_is_refused_by_name(batch: Batch, tmp_path: Path) -> None:
    client = signed_in(a_user("alice"))
    image = a_png(tmp_path / "knee.png")
    for source in ("hospital-canary", "gan-canary"):
        coming = Batch(study=batch.study, token=uuid4(), by=a_user("alice"))
        coming.append(0, "knee.png", 0, image)
        client.post("/studies/knees/images/", {"batch": str(coming.token), "source": source})
        perform.func(Run.objects.filter(kind="import").latest("pk").pk)
    outcome = Run.objects.filter(kind="import").latest("pk").outcome
    assert (outcome["added"], outcome["known"]) == (0, 0)
    assert "is in source 'hospital-canary' already" in outcome["refused"][0]["reason"]


def test_the_page_offers_the_first_source_that_lacks_images(batch: Batch) -> None:
    take_out(Source.objects.get(name="gan-canary"), by=a_user("alice"), reason="the wrong folder")
    page = signed_in(a_user("alice")).get("/studies/knees/images/").content.decode()
    assert "<option selected>gan-canary</option>" in page


@pytest.mark.parametrize("offset", ["-1", "many", ""])
def test_an_offset_that_is_none_is_refused(batch: Batch, offset: str) -> None:
    client = signed_in(a_user("alice"))
    address = f"/studies/knees/images/upload/{batch.token}/0/?name=a&offset={offset}"
    answer = client.put(address, b"x", "application/octet-stream")
    assert (answer.status_code, "Write a whole number" in answer.json()["detail"]) == (400, True)


def a_batch_left_for(batch: Batch, days: float) -> Batch:
    """Another batch of the study, begun with one piece that many days ago."""
    left = Batch(study=batch.study, token=uuid4(), by=a_user("alice"))
    left.append(0, "knee.png", 0, b"abc")
    age(left, days)
    return left


def age(batch: Batch, days: float) -> None:
    ago = time.time() - days * 86_400
    for path in (batch.folder, *batch.folder.rglob("*")):
        os.utime(path, (ago, ago))


def test_a_new_upload_clears_those_that_were_left_for_a_week(batch: Batch) -> None:
    recent, left = a_batch_left_for(batch, 6.9), a_batch_left_for(batch, 7.1)
    elsewhere = Batch(study=a_planned_study(slug="hips"), token=uuid4(), by=a_user("alice"))
    elsewhere.append(0, "hip.png", 0, b"abc")
    age(elsewhere, 7.1)
    batch.append(0, "knee.png", 0, b"abc")
    assert not left.folder.exists()
    assert not elsewhere.folder.exists()
    assert recent.received(0, "knee.png") == 3
    assert batch.received(0, "knee.png") == 3


def test_an_old_upload_that_somebody_goes_on_with_stays_whole(batch: Batch) -> None:
    left = a_batch_left_for(batch, 30)
    assert left.append(0, "knee.png", 3, b"def") == 6
    batch.append(0, "knee.png", 0, b"abc")
    assert left.received(0, "knee.png") == 6


def test_an_upload_that_waits_for_the_worker_is_not_cleared(batch: Batch, tmp_path: Path) -> None:
    waiting = Batch(study=batch.study, token=uuid4(), by=a_user("alice"))
    waiting.append(0, "knee.png", 0, a_png(tmp_path / "knee.png"))
    run = start_import(waiting, Source.objects.get(name="gan-canary"), by=a_user("alice"))
    age(waiting, 30)
    batch.append(0, "other.png", 0, b"abc")
    perform.func(run.pk)
    run.refresh_from_db()
    assert run.outcome["added"] == 1


def test_an_upload_without_images_says_so(batch: Batch) -> None:
    client = signed_in(a_user("alice"))
    answer = client.post(
        "/studies/knees/images/", {"batch": str(batch.token), "source": "gan-canary"}, follow=True
    )
    assert "No image file was sent" in answer.content.decode()


def test_a_list_brought_later_labels_the_images_that_had_none(batch: Batch, tmp_path: Path) -> None:
    client = signed_in(a_user("alice"))
    image, listing = a_png(tmp_path / "knee.png"), b"file,grade\nknee.png,3\n"
    for files in ({"knee.png": image}, {"knee.png": image, "labels.csv": listing}):
        coming = Batch(study=batch.study, token=uuid4(), by=a_user("alice"))
        for index, (name, content) in enumerate(files.items()):
            coming.append(index, name, 0, content)
        client.post("/studies/knees/images/", {"batch": str(coming.token), "source": "gan-canary"})
        perform.func(Run.objects.filter(kind="import").latest("pk").pk)
    outcome = Run.objects.filter(kind="import").latest("pk").outcome
    assert (outcome["added"], outcome["known"], outcome["labelled"]) == (0, 1, 1)
    assert Provenance.objects.filter(source__name="gan-canary").latest("pk").labels == {"grade": "3"}


def test_a_list_without_images_says_what_to_send(batch: Batch) -> None:
    batch.append(0, "labels.csv", 0, b"file,grade\nknee.png,3\n")
    answer = signed_in(a_user("alice")).post(
        "/studies/knees/images/", {"batch": str(batch.token), "source": "gan-canary"}, follow=True
    )
    assert "together with the images it names" in answer.content.decode()


def test_a_pattern_reads_labels_off_the_folders_of_an_upload(batch: Batch, tmp_path: Path) -> None:
    client = signed_in(a_user("alice"))
    image = a_png(tmp_path / "knee.png")
    for index, name in enumerate(("train/grade 3/9001003L.png", "train/Thumbs.db", "train/notes.png")):
        batch.append(index, name, 0, image)
    asked = {
        "batch": str(batch.token),
        "source": "gan-canary",
        "names": "grade {grade}/{patient:7}{side:1}.png",
    }
    client.post("/studies/knees/images/", asked)
    run = Run.objects.get(kind="import")
    perform.func(run.pk)
    run.refresh_from_db()
    assert [refused["file"] for refused in run.outcome["refused"]] == ["train/notes.png"]
    assert Provenance.objects.filter(source__name="gan-canary").latest("pk").labels == {
        "grade": "3",
        "side": "L",
    }


def test_a_pattern_that_is_none_is_refused_with_an_example(batch: Batch) -> None:
    batch.append(0, "knee.png", 0, b"abc")
    asked = {"batch": str(batch.token), "source": "gan-canary", "names": "{grade}/{grade}.png"}
    page = signed_in(a_user("alice")).post("/studies/knees/images/", asked, follow=True).content.decode()
    assert "is no pattern of names. Put the parts to be read in braces, each once: {grade}" in page
    assert not Run.objects.filter(kind="import").exists()
