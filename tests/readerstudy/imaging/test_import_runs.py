"""An import can be broken off, repeated and watched, and it tells what was there twice."""

from itertools import islice
from pathlib import Path

import pytest

from readerstudy.audit.models import Event
from readerstudy.imaging import importing
from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.importing import group_of, import_files
from readerstudy.imaging.models import Image, SeenFile
from readerstudy.imaging.workshop import Job, Outcome, Prepare, prepare_all
from tests.readerstudy.imaging.conftest import Run
from tests.readerstudy.imaging.phantoms import (
    SQUARE,
    dicom,
    dicom_bytes,
    eight_bits,
    encoded,
    phantom,
    write,
    write_png,
)


def test_good_files_are_imported_and_bad_ones_beside_them_refused(run: Run, tmp_path: Path) -> None:
    write_png(tmp_path / "in", "good.png", 1)
    write(tmp_path / "in", "zero.png", b"")
    write(tmp_path / "in", "text.png", b"no image")
    imported, refused = run(tmp_path / "in")
    assert [each.file for each in imported] == ["good.png"]
    assert set(refused) == {"zero.png", "text.png"}
    assert Image.objects.count() == SeenFile.objects.count() == 1


def test_a_second_run_finds_everything_done(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        write_png(tmp_path / "in", f"{number}.png", number)
    first, _ = run(tmp_path / "in")
    decoded: list[int] = []

    def count(jobs: list[Job], canvas: Canvas, prepare: Prepare) -> list[Outcome]:
        decoded.append(len(jobs))
        return prepare_all(jobs, canvas, prepare)

    monkeypatch.setattr("readerstudy.imaging.workshop.prepare_all", count)
    second, _ = run(tmp_path / "in")
    assert sum(decoded) == 0
    assert [each.image for each in first] == [each.image for each in second]
    assert [each.is_new for each in first] == [True] * 5
    assert [each.is_new for each in second] == [False] * 5


def test_a_run_that_was_broken_off_goes_on_from_what_is_stored(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_FILES", 2)
    for number in range(8):
        write_png(tmp_path / "in", f"{number}.png", number)
    list(islice(import_files([tmp_path / "in"], canvas=SQUARE, by=None, workers=0), 3))
    done = Image.objects.count()
    assert 2 <= done < 8
    imported, _ = run(tmp_path / "in")
    assert sum(each.is_new for each in imported) == 8 - done
    assert Image.objects.count() == 8


def test_the_same_file_is_read_anew_for_another_canvas(run: Run, tmp_path: Path) -> None:
    path = write_png(tmp_path, "a.png", 1)
    small, _ = run(path)
    large, _ = run(path, canvas=Canvas(width=128, height=128, bits=16))
    assert small[0].image != large[0].image
    assert (large[0].image.width, large[0].image.bits) == (128, 16)


def test_the_same_pixels_in_other_files_are_reported_as_duplicates(run: Run, tmp_path: Path) -> None:
    pixels = eight_bits(phantom())
    write(tmp_path / "in", "a.png", encoded(pixels))
    write(tmp_path / "in", "b.tif", encoded(pixels, "TIFF"))
    write(tmp_path / "in", "c.png", encoded(pixels))
    imported, _ = run(tmp_path / "in")
    assert [each.duplicate_of for each in imported] == ["", "a.png", "a.png"]
    assert [each.is_new for each in imported] == [True, False, False]
    assert len({each.image.pk for each in imported}) == 1


def test_a_manifest_gives_labels_and_patients(run: Run, tmp_path: Path) -> None:
    write_png(tmp_path / "in", "left/a.png", 1)
    write_png(tmp_path / "in", "b.png", 2)
    manifest = write(
        tmp_path, "m.csv", b"file,patient,grade,side\nleft/a.png,P1,3,L\nb.png,P1,0,R\ngone.png,P2,1,L\n"
    )
    imported, refused = run(tmp_path / "in", manifest=manifest)
    labels = {each.file: each.labels for each in imported}
    assert labels == {
        "left/a.png": {"grade": "3", "side": "L"},
        "b.png": {"grade": "0", "side": "R"},
    }
    assert {each.image.group for each in imported} == {group_of("P1")}
    assert "not among the files given" in refused["gone.png"]


def test_a_file_that_a_given_manifest_does_not_list_is_refused(run: Run, tmp_path: Path) -> None:
    write_png(tmp_path / "in", "a.png", 1)
    write_png(tmp_path / "in", "b.png", 2)
    imported, refused = run(tmp_path / "in", manifest=write(tmp_path, "m.csv", b"file\na.png\n"))
    assert [each.file for each in imported] == ["a.png"]
    assert "does not list this file" in refused["b.png"]


def test_the_manifest_in_a_folder_is_used_and_not_imported(run: Run, tmp_path: Path) -> None:
    write_png(tmp_path / "in", "a.png", 1)
    write_png(tmp_path / "in", "b.png", 2)
    write(tmp_path / "in", "manifest.csv", b"file,seed\na.png,7\n")
    imported, refused = run(tmp_path / "in")
    assert [each.labels for each in imported] == [{"seed": "7"}, {}]
    assert refused == {}


def test_a_later_run_may_learn_whose_image_it_is(run: Run, tmp_path: Path) -> None:
    path = write_png(tmp_path, "a.png", 1)
    first, _ = run(path)
    assert first[0].image.group == ""
    run(path, manifest=write(tmp_path, "m.csv", b"file,patient\na.png,P1\n"))
    assert Image.objects.get().group == group_of("P1")


def test_progress_is_told_file_by_file_to_the_end(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "CHUNK_FILES", 2)
    for number in range(5):
        write_png(tmp_path / "in", f"{number}.png", number)
    told: list[tuple[int, int]] = []
    run(tmp_path / "in", on_progress=lambda done, total: told.append((done, total)))
    assert told == [(2, 5), (4, 5), (5, 5)]


def test_each_batch_that_changes_something_leaves_one_event_in_the_stream_asked_for(
    run: Run, tmp_path: Path
) -> None:
    write_png(tmp_path / "in", "a.png", 1)
    write(tmp_path / "in", "secret-name.png", b"")
    run(tmp_path / "in", stream="study:7")
    event = Event.objects.get(stream__name="study:7")
    assert event.verb == "images imported"
    assert event.particulars == {"files": 2, "new": 1, "refused": 1, "patients_learnt": 0}
    run(tmp_path / "in", stream="study:7")
    assert Event.objects.filter(stream__name="study:7").count() == 1


def test_nothing_identifying_is_kept(run: Run, tmp_path: Path, stored: Path) -> None:
    write(tmp_path / "in", "CANARY-file.dcm", dicom_bytes(dicom(eight_bits(phantom()), StudyDate="19991231")))
    imported, _ = run(tmp_path / "in")
    rows = [*Image.objects.values(), *SeenFile.objects.values(), *Event.objects.values()]
    kept = str(rows).encode() + b"".join(
        path.read_bytes() + path.name.encode() for path in stored.rglob("*") if path.is_file()
    )
    for canary in (b"CANARY", b"Carla", b"4711", b"19991231", b".dcm"):
        assert canary not in kept
    assert imported[0].image.group == group_of("CANARY-4711")


def test_worker_processes_give_what_the_own_process_gives(run: Run, tmp_path: Path) -> None:
    for number in range(6):
        write_png(tmp_path / "in", f"{number}.png", number)
    write(tmp_path / "in", "zero.png", b"")
    alone, _ = run(tmp_path / "in")
    digests = [each.image.digest for each in alone]
    Image.objects.all().delete()
    together, refused = run(tmp_path / "in", workers=2)
    assert [each.image.digest for each in together] == digests
    assert set(refused) == {"zero.png"}
