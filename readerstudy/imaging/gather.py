"""Find the files of an import: files, folders and zip archives, without trusting their names."""

import hashlib
import os
import stat
import weakref
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Any

from readerstudy.imaging.errors import (
    ArchiveBomb,
    DamagedArchive,
    EncryptedFile,
    EscapingName,
    LinkLoop,
    NestedArchive,
    NotAnImage,
    NothingToImport,
    Refusal,
    TooLarge,
    Unreadable,
)

LARGEST_FILE_BYTES = 512 * 1024 * 1024
_TOO_LARGE = (
    f"The file has more than {LARGEST_FILE_BYTES // 2**20} MB. "
    "Give a long series as a folder of slices, or cut out the part that is to be shown."
)
# Images hardly shrink in a zip: uncompressed 16-bit pictures with wide black borders reach about 30.
LARGEST_RATIO = 200
RATIO_MATTERS_FROM_BYTES = 16 * 1024 * 1024
BYPRODUCTS = ("thumbs.db", "desktop.ini", "dicomdir", "__macosx")
#: The papers of a dataset that `python -m generation release` wrote.
PAPERS = ("readme.md", "checksums.sha256", "provenance.json", "request.json")
MANIFEST = "manifest.csv"
SAYS_UTF_8 = 0x800  # a flag of an entry of a zip archive


class Archive:
    """A zip archive that stays open while its entries are read; another process opens it again."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @cached_property
    def zip(self) -> zipfile.ZipFile:
        opened = zipfile.ZipFile(self.path)
        weakref.finalize(self, opened.close)
        return opened

    def __getstate__(self) -> dict[str, Any]:
        return {"path": self.path}


@dataclass(frozen=True, kw_only=True)
class Found:
    """A file to import; `name` is how people know it, and `problem` why it cannot be read.

    With `sha256` a file that has another content by now cannot be read.
    """

    name: str
    path: Path
    archive: Archive | None = None
    entry: str = ""
    problem: Refusal | None = None
    sha256: bytes | None = None

    def pinned(self) -> "Found":
        """The same file, which can then be read with the content that it has now, or not at all."""
        return replace(self, sha256=self.digest())

    def read(self) -> bytes:
        """Return the bytes of the file, or raise a refusal."""
        if self.problem is not None:
            raise self.problem
        data = self._read_entry() if self.archive is not None else self._read_file()
        if self.sha256 is not None and self.sha256 != hashlib.sha256(data).digest():
            raise Unreadable("The file was changed while it was imported. Import it again.")
        return data

    def head(self, size_bytes: int) -> bytes:
        """The first bytes of the file; none where it cannot be read, which `read` will say."""
        try:
            if self.problem is not None:
                return b""
            if self.archive is None:
                with self.path.open("rb") as file:
                    return file.read(size_bytes)
            with self.archive.zip.open(self.entry) as entry:
                return entry.read(size_bytes)
        except Exception:  # noqa: BLE001  # what zipfile and its decompressors raise shares no base
            return b""

    def _read_file(self) -> bytes:
        try:
            status = self.path.stat()
            if not stat.S_ISREG(status.st_mode):
                raise Unreadable("This is no regular file. Give files, folders or zip archives.")
            _require_moderate(status.st_size)
            return self.path.read_bytes()
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise Unreadable(f"The file cannot be read: {reason}.") from error

    def digest(self) -> bytes:
        return self.sha256 or hashlib.sha256(self.read()).digest()

    def _read_entry(self) -> bytes:
        assert self.archive is not None  # noqa: S101
        try:
            with self.archive.zip.open(self.entry) as file:
                data = file.read(LARGEST_FILE_BYTES + 1)
        except Exception as error:  # what zipfile and its decompressors raise shares no base
            raise DamagedArchive from error
        _require_moderate(len(data))
        return data


@dataclass(frozen=True, kw_only=True)
class Series:
    """The files that make one image of several frames, in the order of the frames.

    `kind` is "slices" (DICOM) or "stills"; `axes` the directions of columns, rows and frames in the patient,
    where the files say them.
    """

    name: str
    kind: str
    files: tuple[Found, ...]
    axes: tuple[tuple[float, ...], ...] | None = None
    problem: Refusal | None = None

    def pinned(self) -> "Series":
        """The same series, each file of which can then be read with the content that it has now."""
        if self.problem is not None:
            raise self.problem
        return replace(self, files=tuple(file.pinned() for file in self.files))

    def digest(self) -> bytes:
        """SHA-256 over the files in order, read one at a time."""
        hasher = hashlib.sha256()
        for file in self.files:
            hasher.update(file.digest())
        return hasher.digest()


Subject = Found | Series


def _require_moderate(size_bytes: int) -> None:
    if size_bytes > LARGEST_FILE_BYTES:
        raise TooLarge(_TOO_LARGE)


def gather(paths: Iterable[str | Path]) -> list[Found]:
    """Every file below the given paths, in a stable order. What cannot be read is listed with its problem."""
    found: list[Found] = []
    for given in map(Path, paths):
        if given.is_dir():
            found += _folder(given)
        elif _is_archive(given):
            found += _entries(given, given.name, manifest_goes_before=True)
        else:
            absent = Unreadable("There is no such file or folder. Check the name.")
            found.append(Found(name=given.name, path=given, problem=None if given.exists() else absent))
    if not found:
        raise NothingToImport
    return found


def own_manifests(place: Path) -> list[Found]:
    """The manifests that a folder or an archive has for its own images, as they are known to people."""
    if place.is_dir():
        return [Found(name=f"{place.name}/{path.name}", path=path) for path in _manifests_in(place)]
    if not _is_archive(place):
        return []
    archive = Archive(place)
    try:
        infos = archive.zip.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return []  # `gather` says so of the archive, as of the next
    if _bomb(infos, place):
        return []
    return [
        Found(name=f"{place.name}/{name}", path=place, archive=archive, entry=name)
        for name in sorted(_manifests_of(infos))
    ]


def _is_archive(path: Path) -> bool:
    return path.suffix.lower() == ".zip" and path.is_file()


def _folder(root: Path) -> Iterator[Found]:
    visited: set[tuple[int, int]] = set()
    count = 0
    for folder, subfolders, files in os.walk(root, followlinks=True):
        here = Path(folder)
        status = here.stat()
        if (status.st_dev, status.st_ino) in visited:
            subfolders.clear()
            yield Found(name=_name(here, root), path=here, problem=LinkLoop())
            count += 1
            continue
        visited.add((status.st_dev, status.st_ino))
        subfolders[:] = sorted(name for name in subfolders if not is_byproduct(name))
        for file in sorted(files):
            for found in _file(here / file, root):
                count += 1
                yield found
    if not count:
        yield Found(name=f"{root.name or root}/", path=root, problem=Unreadable("The folder holds no file."))


def _file(path: Path, root: Path) -> Iterator[Found]:
    if is_byproduct(path.name) or _is_its_manifest(path, root):
        return
    if _is_archive(path):
        yield from _entries(path, _name(path, root), manifest_goes_before=_has_manifest(root))
    else:
        yield Found(name=_name(path, root), path=path, problem=_broken_link(path))


def _is_its_manifest(path: Path, root: Path) -> bool:
    """The folder's own, or one further down that it goes before; alone, that would be one nobody reads."""
    return path.name.lower() == MANIFEST and (path.parent == root or _has_manifest(root))


def _has_manifest(folder: Path) -> bool:
    return bool(_manifests_in(folder))


def _manifests_in(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.name.lower() == MANIFEST and path.is_file())


def _broken_link(path: Path) -> Refusal | None:
    if path.is_symlink():
        try:
            path.resolve(strict=True)
        except (OSError, RuntimeError):
            return LinkLoop("The symbolic link leads nowhere or in a circle. Replace it by the file itself.")
    return None


def _name(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix()


def is_byproduct(name: str) -> bool:
    """What operating systems, PACS and a release leave beside images."""
    return name.startswith(".") or name.lower() in {*BYPRODUCTS, *PAPERS}


def _entries(path: Path, name: str, *, manifest_goes_before: bool) -> list[Found]:
    """What an archive holds, but its own manifest where that is read, or another one goes before it."""
    archive = Archive(path)
    try:
        infos = [info for info in archive.zip.infolist() if not info.is_dir()]
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return [Found(name=name, path=path, problem=DamagedArchive())]
    if not infos:
        return [Found(name=name, path=path, problem=NotAnImage("The archive is empty. Pack it again."))]
    if bomb := _bomb(infos, path):
        return [Found(name=name, path=path, problem=bomb)]
    manifests = _manifests_of(infos) if manifest_goes_before else set()
    return [
        Found(
            name=f"{name}/{_spelled(info)}",
            path=path,
            archive=archive,
            entry=info.filename,
            problem=_entry_problem(info),
        )
        for info in infos
        if not any(is_byproduct(part) for part in _inside(info.filename)) and info.filename not in manifests
    ]


def _manifests_of(infos: Iterable[zipfile.ZipInfo]) -> set[str]:
    """At the root of an archive, or of the one folder that holds all that is packed."""
    packed = [
        info
        for info in infos
        if not info.is_dir() and not any(is_byproduct(part) for part in _inside(info.filename))
    ]
    tops = {info.filename.rpartition("/")[0].partition("/")[0] for info in packed}
    folder = f"{tops.pop()}/" if len(tops) == 1 else ""
    own = f"{folder}{MANIFEST}".lstrip("/").lower()
    return {info.filename for info in packed if info.filename.lower() == own and not _entry_problem(info)}


def _spelled(info: zipfile.ZipInfo) -> str:
    """The name as it was written: the Finder writes UTF-8 and does not say so, and DOS letters are read."""
    if info.flag_bits & SAYS_UTF_8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode()
    except UnicodeError:
        return info.filename


def _inside(name: str) -> list[str]:
    return [part for part in PurePosixPath(name).parts if part not in ("..", ".")]


def _bomb(infos: list[zipfile.ZipInfo], path: Path) -> ArchiveBomb | None:
    """Judged by what the directory claims: entries that share bytes are counted each."""
    unpacked, packed = sum(info.file_size for info in infos), path.stat().st_size
    if unpacked > RATIO_MATTERS_FROM_BYTES and unpacked > LARGEST_RATIO * packed:
        return ArchiveBomb(
            f"The archive of {packed / 2**20:,.1f} MB claims to unpack to {unpacked / 2**20:,.0f} MB, far "
            "more than images do. Pack the images again, or give the folder."
        )
    return None


def _entry_problem(info: zipfile.ZipInfo) -> Refusal | None:
    name = info.filename.replace("\\", "/")
    if name.startswith("/") or ".." in name.split("/") or name[1:2] == ":" or "\0" in name:
        return EscapingName()
    if stat.S_ISLNK(info.external_attr >> 16):
        return EscapingName("The entry is a symbolic link. Pack the image itself.")
    if info.flag_bits & 0x1:
        return EncryptedFile()
    if name.lower().endswith((".zip", ".tar", ".gz", ".7z", ".rar")) and not name.lower().endswith(".nii.gz"):
        return NestedArchive()
    if info.file_size > LARGEST_FILE_BYTES:
        return TooLarge(_TOO_LARGE)
    return None
