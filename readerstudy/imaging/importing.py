"""Import of images: everything that can be read, file by file, and a sentence for everything that cannot.

The files are hashed here, decoded, normalised and written in other processes, and stored in batches: buffers
first, then rows and the event in one transaction. The caller says which files it has seen; those are not
decoded again. Nothing here depends on what is stored already, so no study learns from its import what another
one holds.
"""

import hashlib
import hmac
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.audit.record import record
from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.errors import BadManifest, NotFound, NotInManifest, NotNamedSo, Refusal, RowRefused
from readerstudy.imaging.files import clear_unfinished, key_of
from readerstudy.imaging.gather import Found, Subject, gather, own_manifests
from readerstudy.imaging.manifest import Manifest, Refused, Row, manifest_of, read_manifest
from readerstudy.imaging.models import Image
from readerstudy.imaging.naming import Naming
from readerstudy.imaging.normalise import PIPELINE, Buffer, Original, Spaced
from readerstudy.imaging.storage import absent_keys, image_folder, write_buffers
from readerstudy.imaging.worker_pool import Job, Outcome, WorkerPool

CHUNK_FILES = 64
CHUNK_BYTES = 32 * 1024 * 1024
#: Chunks that are decoded ahead of the one that is stored hold no more than this.
HELD_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Imported:
    """A file that is now an image, and what the file and its manifest said about it.

    `group`: a salted hash of the patient identifier. `facts`: how the original was stored, for the blinding
    audit; empty where the caller had seen the file. `fingerprint`: a salted hash of the file's bytes and the
    canvas. `original`: of the bytes alone.
    `duplicate_of`: the file of this run that had the very same pixels.
    """

    file: str
    image: Image
    labels: dict[str, str]
    fingerprint: str
    original: str
    group: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    was_seen: bool = False
    duplicate_of: str = ""


Progress = Callable[[int, int], None]
Seen = Callable[[Collection[str]], Mapping[str, Image]]


def nothing_seen(fingerprints: Collection[str]) -> Mapping[str, Image]:
    return {}


def import_files(
    paths: Iterable[str | Path],
    *,
    canvas: Canvas,
    by: User | None,
    manifest: Manifest | str | Path | None = None,
    naming: Naming | None = None,
    stream: str = "imaging",
    seen: Seen = nothing_seen,
    on_progress: Progress | None = None,
    workers: int = 2,
) -> Iterator[Imported | Refused]:
    """Import files, folders and zip archives, in the order of their names.

    `workers` = 0 decodes in the caller's process. A folder's own manifest.csv is used where no manifest is
    given, and an archive's; files that no manifest lists are read by `naming`. `stream` is where the audit
    events go, one for each stored batch. `seen` finds the images of files by their fingerprints.
    """
    for folder in filter(None, (image_folder(), Path(settings.PACKED_FOLDER))):
        clear_unfinished(folder)
    places = [Path(path) for path in paths]
    found = subjects_of(gather(places), canvas)
    given = read_manifest(manifest) if isinstance(manifest, str | Path) else manifest
    listing = given if given is not None else _own_manifest(places)
    run = _Run(
        canvas=canvas,
        by=by,
        stream=stream,
        manifest=listing,
        strict=given is not None,
        naming=naming,
        seen=seen,
    )
    done = 0
    ahead = max(1, min(2 * workers, HELD_BYTES // max(CHUNK_BYTES, canvas.buffer_bytes)))
    with WorkerPool(canvas, workers, folder=image_folder()) as pool:
        for outcomes in run.batches(found, pool, ahead=ahead):
            done += len(outcomes)
            yield from outcomes
            if on_progress is not None:
                on_progress(done, len(found))
    yield from run.unused_rows()


def subjects_of(found: list[Found], canvas: Canvas) -> list[Subject]:
    """What becomes an image: each file, or each folder and series where images have several frames."""
    if canvas.frames == 1:
        return [*found]
    from readerstudy.imaging.series import group_frames  # half a second that stills need not wait for

    return group_frames(found)


def _own_manifest(paths: list[Path]) -> Manifest | None:
    own = [found for path in paths for found in own_manifests(path)]
    if len(own) > 1:
        named = " and ".join(found.name for found in own[:2])
        raise BadManifest(
            f"{named} both say what images are. Import one folder or archive at a time, or give one manifest."
        )
    return manifest_of(own[0].read(), name=own[0].name) if own else None


@dataclass(kw_only=True)
class _Item:
    """One file on its way through a run; whoever learns why it cannot be imported notes the refusal."""

    found: Subject
    row: Row
    token: str = ""
    original: str = ""
    data: Original = b""
    size_bytes: int = 0
    refusal: Refusal | None = None
    image: Image | None = None
    buffer: Buffer | None = None

    @property
    def group(self) -> str:
        """The manifest goes before what the file says of its patient."""
        return group_of(self.row.patient or (self.buffer.patient if self.buffer is not None else ""))

    @property
    def is_open(self) -> bool:
        return self.refusal is None and self.image is None


@dataclass(kw_only=True)
class _Run:
    canvas: Canvas
    by: User | None
    stream: str
    manifest: Manifest | None
    strict: bool
    naming: Naming | None = None
    seen: Seen = nothing_seen
    first_file_of: dict[str, str] = field(default_factory=dict)
    listed: set[str] = field(default_factory=set)

    def batches(
        self, found: Iterable[Subject], pool: WorkerPool, *, ahead: int
    ) -> Iterator[list[Imported | Refused]]:
        """Decode a few chunks ahead of the one that is being stored."""
        pending: deque[tuple[list[_Item], Future[list[Outcome]]]] = deque()
        for items in self._chunks(found):
            self._recognise(items)
            pending.append((items, pool.begin(_jobs(items))))
            if len(pending) > ahead:
                yield self._finish(*pending.popleft(), pool)
        while pending:
            yield self._finish(*pending.popleft(), pool)

    def unused_rows(self) -> Iterator[Refused]:
        """Return the rows of the manifest that were refused, and those that no file answered to."""
        if self.manifest is None:
            return
        yield from self.manifest.refused
        if self.strict:
            for file in self.manifest.files:
                if file not in self.listed:
                    yield Refused(file=file, reason=str(NotFound()))

    def _chunks(self, found: Iterable[Subject]) -> Iterator[list[_Item]]:
        items: list[_Item] = []
        held_bytes = 0
        for each in found:
            item = self._read(each)
            items.append(item)
            # What comes back may be held as well, and is often the larger part.
            held_bytes += max(item.size_bytes, self.canvas.buffer_bytes)
            if len(items) >= CHUNK_FILES or held_bytes >= CHUNK_BYTES:
                yield items
                items, held_bytes = [], 0
        if items:
            yield items

    def _read(self, found: Subject) -> _Item:
        row = self.manifest.row_of(found.name) if self.manifest is not None else None
        named = self.naming.row_of(found.name) if self.naming is not None and row is None else None
        item = _Item(found=found, row=row or named or Row(file=found.name))
        if row is None and found.problem is None:
            item.refusal = self._unlisted(found.name, is_named=named is not None)
            if item.refusal is not None:
                return item
        self.listed.add(item.row.file)
        try:
            spacing_mm = item.row.spacing_mm
            # The process that needs the bytes reads them once more: passing them on takes longer.
            if self.canvas.frames > 1:
                found = found.pinned()
                item.data, digest = found, found.digest()
            elif isinstance(found, Found):
                data = found.read()
                digest = hashlib.sha256(data).digest()
                item.data = replace(found, sha256=digest) if found.archive is None else data
                item.size_bytes = len(data)
            item.token, item.original = fingerprint(digest, self.canvas, spacing_mm), original(digest)
        except Refusal as refusal:
            item.refusal = refusal
        return item

    def _unlisted(self, name: str, *, is_named: bool) -> Refusal | None:
        """Return why a file that no row describes is left out, if it is."""
        if self.manifest is not None and self.manifest.refuses(name):
            return RowRefused()
        if self.naming is not None and not is_named:
            return NotNamedSo()
        return NotInManifest() if self.strict else None

    def _recognise(self, items: list[_Item]) -> None:
        """Take the image of every file that the caller has seen, unless the storage has lost it."""
        images = self.seen([item.token for item in items if item.is_open])
        lost = absent_keys(image.key for image in images.values())
        for item in items:
            image = images.get(item.token)
            if image is not None and image.key not in lost:
                item.image = image
                item.data = b""

    def _finish(
        self, items: list[_Item], future: Future[list[Outcome]], pool: WorkerPool
    ) -> list[Imported | Refused]:
        waiting = [item for item in items if item.is_open]
        for item, outcome in zip(waiting, pool.finish(future, _jobs(items)), strict=True):
            item.data = b""
            if isinstance(outcome, Refusal):
                item.refusal = outcome
            else:
                item.buffer = outcome
        self._store([item for item in waiting if item.buffer is not None], items)
        return [self._outcome(item) for item in items]

    def _store(self, items: list[_Item], chunk: list[_Item]) -> None:
        """Buffers first: a row never names pixels that are not there.

        What is there already is written as well. That repairs a storage that lost something, and an import
        takes equally long whether or not another study has the image.
        """
        buffers = {item.buffer.digest: item.buffer for item in items if item.buffer is not None}
        if not buffers:
            return
        write_buffers(
            (key_of(digest), buffer.pixels) for digest, buffer in buffers.items() if buffer.pixels is not None
        )
        with transaction.atomic():
            Image.objects.bulk_create(
                [Image.in_canvas(self.canvas, digest) for digest in buffers], ignore_conflicts=True
            )
            images = {image.digest: image for image in Image.objects.filter(digest__in=buffers)}
            for item in items:
                item.image = images[item.buffer.digest] if item.buffer is not None else None
            refused = sum(item.refusal is not None for item in chunk)
            particulars = {"files": len(chunk), "refused": refused}
            record(self.stream, "images imported", by=self.by, on="imaging", particulars=particulars)

    def _outcome(self, item: _Item) -> Imported | Refused:
        name = item.found.name
        if item.image is None:
            return Refused(file=name, reason=str(item.refusal))
        first = self.first_file_of.setdefault(item.image.digest, name)
        return Imported(
            file=name,
            image=item.image,
            labels=dict(item.row.labels),
            fingerprint=item.token,
            original=item.original,
            group=item.group,
            facts=item.buffer.facts if item.buffer is not None else {},
            was_seen=item.buffer is None,
            duplicate_of="" if first == name else first,
        )


def _jobs(items: list[_Item]) -> list[Job]:
    return [(_job(item), item.found.name) for item in items if item.is_open]


def _job(item: _Item) -> Original:
    spacing_mm, data = item.row.spacing_mm, item.data
    return data if spacing_mm is None or isinstance(data, Spaced) else Spaced(data, spacing_mm)


def group_of(patient: str) -> str:
    """What is kept of a patient identifier: a salted hash that says "the same" and nothing more."""
    return _salted("group", patient.strip().encode())[:32] if patient.strip() else ""


def fingerprint(digest: bytes, canvas: Canvas, spacing_mm: float | None = None) -> str:
    """What is kept of a file: a salted hash of its bytes, the canvas and the pipeline they went through.

    `spacing_mm`: what a manifest says of its pixels, where the canvas has a spacing of its own.
    """
    more = "".join(
        f" {word}"
        for word, said in (
            (canvas.mode, canvas.mode == "colour"),
            (f"{canvas.frames} frames {canvas.frame_fit}", canvas.frames > 1),
            (f"{canvas.spacing_mm} mm of {spacing_mm}", canvas.spacing_mm is not None),
        )
        if said
    )
    shape = f"{canvas.width}x{canvas.height}x{canvas.bits} {canvas.fit} {PIPELINE}{more}\n".encode()
    return _salted("file", shape + digest)


def original(digest: bytes) -> str:
    """What is kept of a file whatever the canvas, to find the same film in another study."""
    return _salted("original", digest)


def _salted(purpose: str, content: bytes) -> str:
    salt = f"readerstudy.imaging.{purpose}".encode()
    key = hmac.digest(settings.ELDEST_SECRET_KEY.encode(), salt, "sha256")
    return hmac.new(key, content, hashlib.sha256).hexdigest()
