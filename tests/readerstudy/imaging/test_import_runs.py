"""An import can be broken off, repeated and watched, and it tells what was there twice."""

from pathlib import Path

import pytest

from readerstudy.audit.models import Event
from readerstudy.imaging import importing
from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.importing import group_of
from readerstudy.imaging.models import Image
from readerstudy.imaging.worker_pool import Job, Outcome, Prepare, prepare_all
from tests.readerstudy.imaging.conftest import Run
from tests.readerstudy.imaging.phantoms import (
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
    assert Image.objects.count() == 1


def test_files_that_the_caller_has_seen_are_not_decoded_again(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(5):
        write_png(tmp_path / "in", f"{number}.png", number)
    first, _ = run(tmp_path / "in")
    known = {each.fingerprint: each.image for each in first[:3]}
    decoded: list[int] = []

    def count(jobs: list[Job], canvas: Canvas, prepare: Prepare) -> list[Outcome]:
        decoded.append(len(jobs))
        return prepare_all(jobs, canvas, prepare)

    monkeypatch.setattr("readerstudy.imaging.worker_pool.prepare_all", count)
    second, _ = run(tmp_path / "in", seen=lambda asked: known)
    assert sum(decoded) == 2
    assert [each.image for each in first] == [each.image for each in second]
    assert [each.was_seen for each in second] == [True] * 3 + [False] * 2


def test_a_seen_file_whose_pixels_are_lost_is_read_again(run: Run, tmp_path: Path, stored: Path) -> None:
    first, _ = run(write_png(tmp_path, "a.png", 1))
    lost = stored / first[0].image.key
    lost.unlink()
    second, _ = run(tmp_path / "a.png", seen=lambda asked: {first[0].fingerprint: first[0].image})
    assert lost.exists()
    assert second[0].image == first[0].image


def test_what_is_stored_already_makes_no_difference(run: Run, tmp_path: Path) -> None:
    """Otherwise an import would tell whether some other study has the image."""
    write_png(tmp_path / "in", "a.png", 1)
    first, _ = run(tmp_path / "in", stream="study:1")
    second, _ = run(tmp_path / "in", stream="study:2")
    assert first == second
    told = [event.particulars for event in Event.objects.filter(stream__name__startswith="study:")]
    assert told == [{"files": 1, "refused": 0}] * 2


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
    assert {each.group for each in imported} == {group_of("P1")}
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
    imported, _ = run(tmp_path / "in", stream="study:7")
    event = Event.objects.get(stream__name="study:7")
    assert event.verb == "images imported"
    assert event.particulars == {"files": 2, "refused": 1}
    run(tmp_path / "in", stream="study:7", seen=lambda asked: dict.fromkeys(asked, imported[0].image))
    assert Event.objects.filter(stream__name="study:7").count() == 1


def test_nothing_identifying_is_kept(run: Run, tmp_path: Path, stored: Path) -> None:
    write(tmp_path / "in", "CANARY-file.dcm", dicom_bytes(dicom(eight_bits(phantom()), StudyDate="19991231")))
    imported, _ = run(tmp_path / "in")
    rows = [*Image.objects.values(), *Event.objects.values(), imported[0].facts, imported[0].group]
    kept = str(rows).encode() + b"".join(
        path.read_bytes() + path.name.encode() for path in stored.rglob("*") if path.is_file()
    )
    for canary in (b"CANARY", b"Carla", b"4711", b"19991231", b".dcm"):
        assert canary not in kept
    assert imported[0].group == group_of("CANARY-4711")


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
