"""Pack the images of a study, and settle at its lock what all of them are padded to."""

import hashlib
import hmac
from collections.abc import Callable, Collection, Sequence

import numpy as np

from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.chunks import in_chunks
from readerstudy.imaging.files import key_of
from readerstudy.imaging.models import Envelope, Image, Packed
from readerstudy.imaging.packing import pack, preview
from readerstudy.imaging.storage import write_buffers

CHUNK_BYTES = 32 * 1024 * 1024
#: Starting processes takes about as long as packing this much in one.
WORTH_A_POOL_BYTES = 64 * 1024 * 1024
ROWS = 1_000

Made = tuple[bytes, list[int]]
OnProgress = Callable[[int, int], None]


def packed(buffer: bytes, canvas: Canvas) -> Made:
    """The packed form of a buffer and the lengths of its parts; needs no database."""
    frames = np.frombuffer(buffer, dtype=canvas.dtype).reshape(canvas.frames, *canvas.frame_shape)
    parts = [pack(preview(frames[0])) if canvas.frames == 1 else b"", *map(pack, frames)]
    return b"".join(parts), [len(part) for part in parts]


def _packed_all(jobs: Sequence[tuple[bytes, Canvas]]) -> list[Made]:
    return [packed(*job) for job in jobs]


def pack_images(
    images: Sequence[Image], *, scope: str, on_progress: OnProgress | None = None, workers: int = 2
) -> None:
    """Pack those that are not packed yet in this study; a run that was killed goes on where it stopped."""
    held = set(Packed.objects.filter(scope=scope).values_list("image", flat=True))
    missing = [image for image in images if image.pk not in held]
    done = len(images) - len(missing)
    pays = sum(image.buffer_bytes for image in missing) > WORTH_A_POOL_BYTES
    work = {"chunk_bytes": CHUNK_BYTES, "workers": workers if pays else 0}
    for chunk, made in in_chunks(missing, _packed_all, **work):
        named = [(hashlib.sha256(content).hexdigest(), content, lengths) for content, lengths in made]
        write_buffers((key_of(digest), content) for digest, content, _ in named)
        Packed.objects.bulk_create(
            [
                Packed(scope=scope, image=image, digest=digest, lengths=lengths)
                for image, (digest, _, lengths) in zip(chunk, named, strict=True)
            ],
            ignore_conflicts=True,
        )
        done += len(chunk)
        if on_progress is not None:
            on_progress(done, len(images))


def copy_packs(scope: str, to: str) -> None:
    """Give a copy of a study the packed images it was made with."""
    rows = Packed.objects.filter(scope=scope)
    copies = (Packed(scope=to, image_id=row.image_id, digest=row.digest, lengths=row.lengths) for row in rows)
    Packed.objects.bulk_create(copies, batch_size=ROWS)


def packs_digest(scope: str, key: bytes) -> str:
    """A name for what readers of a locked study get, image by image, and how long it is."""
    hasher = hmac.new(key, digestmod="sha256")
    for envelope in Envelope.objects.filter(scope=scope):
        hasher.update(f"{envelope.preview_bytes} {envelope.frame_bytes}\n".encode())
    rows = Packed.objects.filter(scope=scope).order_by("image__digest")
    for image, digest, lengths in rows.values_list("image__digest", "digest", "lengths").iterator(ROWS):
        hasher.update(f"{image} {digest} {lengths}\n".encode())
    return hasher.hexdigest()


def envelope_for(scope: str, images: Collection[Image]) -> Envelope | None:
    """What the images would be padded to: the longest frame of all, and the longest preview.

    None where some are not packed, or where packing makes nothing shorter.
    """
    by_image = {row.image_id: row.lengths for row in Packed.objects.filter(scope=scope).iterator(ROWS)}
    lengths = [by_image.get(image.pk) for image in images]
    if not lengths or None in lengths:
        return None
    parts = [each for each in lengths if each]
    envelope = Envelope(
        scope=scope,
        preview_bytes=max(each[0] for each in parts),
        frame_bytes=max(max(each[1:]) for each in parts),
    )
    first = next(iter(images))
    return envelope if envelope.length(first.frames) < first.buffer_bytes else None
