"""Files are found in folders and zips; names that mean harm are refused one by one."""

import gc
import os
import stat
import struct
import zipfile
from pathlib import Path

import pytest

from readerstudy.imaging.errors import BadManifest, NothingToImport, Unreadable
from readerstudy.imaging.gather import Archive, Found, Series
from readerstudy.imaging.models import Image
from tests.readerstudy.imaging.conftest import Run
from tests.readerstudy.imaging.phantoms import eight_bits, encoded, phantom, write, write_png


def picture(seed: int) -> bytes:
    return encoded(eight_bits(phantom(seed)))


def packed(path: Path, entries: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in entries.items():
            archive.writestr(name, content)
    return path


def test_a_folder_is_read_with_its_subfolders_in_the_order_of_names(run: Run, tmp_path: Path) -> None:
    for number, name in enumerate(["b/2.png", "a.png", "b/1.png"]):
        write_png(tmp_path / "in", name, number)
    imported, refused = run(tmp_path / "in")
    assert [each.file for each in imported] == ["a.png", "b/1.png", "b/2.png"]
    assert refused == {}


def test_files_that_systems_leave_behind_are_passed_over(run: Run, tmp_path: Path) -> None:
    write_png(tmp_path / "in", "a.png", 1)
    for name in (".DS_Store", "Thumbs.db", "DICOMDIR", "__MACOSX/._a.png"):
        write(tmp_path / "in", name, b"x")
    imported, refused = run(tmp_path / "in")
    assert len(imported) == 1
    assert refused == {}


def test_the_papers_of_a_release_are_passed_over(run: Run, tmp_path: Path) -> None:
    write_png(tmp_path / "in", "images/0.png", 1)
    for name in ("README.md", "checksums.sha256", "provenance.json", "images/request.json"):
        write(tmp_path / "in", name, b"x")
    for name in ("manifest.csv", "images/manifest.csv"):
        write(tmp_path / "in", name, b"file,grade\nimages/0.png,3\n")
    imported, refused = run(tmp_path / "in")
    assert [each.file for each in imported] == ["images/0.png"]
    assert refused == {}


def test_a_manifest_further_down_that_nobody_reads_is_refused_by_name(run: Run, tmp_path: Path) -> None:
    write_png(tmp_path / "in", "a/0.png", 1)
    write(tmp_path / "in", "a/manifest.csv", b"file,grade\n0.png,3\n")
    _, refused = run(tmp_path / "in")
    assert list(refused) == ["a/manifest.csv"]


def test_a_manifest_is_known_by_its_name_in_any_letters(run: Run, tmp_path: Path) -> None:
    write_png(tmp_path / "in", "a.png", 1)
    write(tmp_path / "in", "Manifest.CSV", b"file,seed\na.png,7\n")
    imported, refused = run(tmp_path / "in")
    assert [each.labels for each in imported] == [{"seed": "7"}]
    assert refused == {}


def test_two_folders_with_manifests_are_not_imported_at_once(run: Run, tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_png(tmp_path / name, "a.png", len(name))
        write(tmp_path / name, "manifest.csv", b"file,seed\na.png,7\n")
    with pytest.raises(BadManifest, match=r"one/manifest.csv and two/manifest.csv both say"):
        run(tmp_path / "one", tmp_path / "two")
    assert not Image.objects.exists()


@pytest.mark.parametrize("folder", ["", "films/"])
def test_the_manifest_in_an_archive_is_used_and_not_imported(run: Run, tmp_path: Path, folder: str) -> None:
    listed = b"file,seed\nleft/a.png,7\n"
    entries = {
        f"{folder}left/a.png": picture(1),
        f"{folder}b.png": picture(2),
        f"{folder}manifest.csv": listed,
    }
    imported, refused = run(packed(tmp_path / "some.zip", entries))
    assert [each.labels for each in imported] == [{"seed": "7"}, {}]
    assert refused == {}


def test_a_manifest_within_an_archive_in_a_folder_is_refused_by_name(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    packed(tmp_path / "in" / "some.zip", {"a.png": picture(1), "manifest.csv": b"file,seed\na.png,7\n"})
    _, refused = run(tmp_path / "in")
    assert list(refused) == ["some.zip/manifest.csv"]


def test_a_damaged_manifest_in_an_archive_is_said(run: Run, tmp_path: Path) -> None:
    entries = {"a.png": picture(1), "manifest.csv": b"name,seed\na.png,7\n"}
    with pytest.raises(BadManifest, match=r'some.zip/manifest.csv, line 1: there is no column "file"'):
        run(packed(tmp_path / "some.zip", entries))


def test_a_zip_is_read_wherever_it_lies(run: Run, tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    packed(tmp_path / "in" / "some.zip", {"one.png": picture(1), "deep/two.png": picture(2)})
    imported, _ = run(tmp_path / "in")
    assert [each.file for each in imported] == ["some.zip/one.png", "some.zip/deep/two.png"]
    again, _ = run(tmp_path / "in" / "some.zip")
    assert [each.image for each in again] == [each.image for each in imported]


def test_names_that_lead_out_of_a_zip_are_refused_and_the_rest_goes_on(run: Run, tmp_path: Path) -> None:
    entries = {
        "../evil.png": picture(1),
        "/etc/evil.png": picture(2),
        "a\\..\\..\\evil.png": picture(3),
        "C:/evil.png": picture(4),
        "good.png": picture(5),
    }
    imported, refused = run(packed(tmp_path / "in.zip", entries))
    assert [each.file for each in imported] == ["in.zip/good.png"]
    assert len(refused) == 4
    assert all("leads out of the archive" in reason for reason in refused.values())
    assert not list(tmp_path.parent.glob("evil.png"))


def test_an_archive_is_closed_when_nothing_is_left_to_read_from_it(tmp_path: Path) -> None:
    archive = Archive(packed(tmp_path / "in.zip", {"good.png": picture(1)}))
    archive.in_a_circle = archive  # type: ignore[attr-defined]
    opened = archive.zip
    assert opened.fp is not None
    del archive
    gc.collect()
    assert opened.fp is None


def test_a_name_that_the_finder_packed_is_read_as_it_was_written(run: Run, tmp_path: Path) -> None:
    path = packed(tmp_path / "in.zip", {"Kn\u00f6chel.png": picture(1)})
    written, says_utf_8 = path.read_bytes(), struct.pack("<H", 0x800)
    assert written.count(says_utf_8 + b"\x08\x00") == 2  # its flags, before the number of the method
    path.write_bytes(written.replace(says_utf_8 + b"\x08\x00", b"\0\0\x08\0"))
    (tmp_path / "list.csv").write_text("file,side\nKno\u0308chel.png,left\n", encoding="utf-8")
    [imported], _ = run(path, manifest=tmp_path / "list.csv")
    assert (imported.file, imported.labels) == ("in.zip/Kn\u00f6chel.png", {"side": "left"})


def test_a_link_inside_a_zip_is_refused(run: Run, tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "in.zip", "w") as archive:
        link = zipfile.ZipInfo("link.png")
        link.external_attr = (stat.S_IFLNK | 0o777) << 16
        archive.writestr(link, "/etc/passwd")
    _, refused = run(tmp_path / "in.zip")
    assert "symbolic link" in refused["in.zip/link.png"]


def test_a_zip_bomb_is_refused_unopened(run: Run, tmp_path: Path) -> None:
    bomb = packed(tmp_path / "bomb.zip", {f"{n}.png": bytes(20_000_000) for n in range(2)})
    imported, refused = run(bomb, write_png(tmp_path, "good.png", 1))
    assert [each.file for each in imported] == ["good.png"]
    assert "claims to unpack to 38 MB" in refused["bomb.zip"]


def test_an_entry_that_unpacks_to_more_than_it_claims_is_refused(run: Run, tmp_path: Path) -> None:
    path = packed(tmp_path / "liar.zip", {"a.png": picture(1) + bytes(100_000)})
    data = bytearray(path.read_bytes())
    directory = data.rindex(b"PK\x01\x02")
    data[directory + 24 : directory + 28] = struct.pack("<I", 500)
    path.write_bytes(data)
    imported, refused = run(path)
    assert not imported
    assert "damaged" in refused["liar.zip/a.png"]


def test_a_truncated_zip_is_refused(run: Run, tmp_path: Path) -> None:
    path = packed(tmp_path / "in.zip", {"a.png": picture(1)})
    path.write_bytes(path.read_bytes()[:-30])
    _, refused = run(path)
    assert "damaged" in refused["in.zip"]


def test_a_zip_in_a_zip_is_refused(run: Run, tmp_path: Path) -> None:
    inner = packed(tmp_path / "inner.zip", {"a.png": picture(1)}).read_bytes()
    _, refused = run(packed(tmp_path / "outer.zip", {"inner.zip": inner}))
    assert "not opened" in refused["outer.zip/inner.zip"]


def test_a_folder_without_files_is_reported(run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    _, refused = run(tmp_path / "empty")
    assert refused == {"empty/": "The folder holds no file."}


def test_a_path_that_is_not_there_is_reported(run: Run, tmp_path: Path) -> None:
    _, refused = run(tmp_path / "nowhere.png")
    assert "There is no such file" in refused["nowhere.png"]


def test_nothing_named_is_nothing_to_import(run: Run) -> None:
    with pytest.raises(NothingToImport):
        run()


def test_links_that_lead_in_circles_are_refused_and_others_followed(run: Run, tmp_path: Path) -> None:
    inside = tmp_path / "in"
    write_png(inside, "sub/a.png", 1)
    elsewhere = write_png(tmp_path / "elsewhere", "b.png", 2)
    (inside / "sub" / "up").symlink_to(inside, target_is_directory=True)
    (inside / "self.png").symlink_to(inside / "self.png")
    (inside / "b.png").symlink_to(elsewhere)
    imported, refused = run(inside)
    assert [each.file for each in imported] == ["b.png", "sub/a.png"]
    assert set(refused) == {"self.png", "sub/up"}


def test_a_file_that_changes_between_two_reads_is_refused(tmp_path: Path) -> None:
    path = write_png(tmp_path, "a.png", 3)
    series = Series(name="frames", kind="stills", files=(Found(name="a.png", path=path),)).pinned()
    [found] = series.files
    assert found.read()
    before = path.stat()
    path.write_bytes(write_png(tmp_path, "b.png", 4).read_bytes())
    # Whoever exchanges a file can give it the old time.
    os.utime(path, ns=(before.st_atime_ns, before.st_mtime_ns))
    with pytest.raises(Unreadable, match="changed while it was imported"):
        found.read()


def test_a_pipe_is_refused_and_not_waited_for(run: Run, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.png")
    _, refused = run(tmp_path / "pipe.png")
    assert "no regular file" in refused["pipe.png"]
