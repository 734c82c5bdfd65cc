"""Bodies of packed images as files, for a web server that hands them out once the platform has agreed.

They are made when they are first asked for, and may be deleted at any time: they are made again.
"""

import os
from pathlib import Path

from django.conf import settings

from readerstudy.imaging.files import whole_file
from readerstudy.imaging.models import Envelope, Image
from readerstudy.imaging.packed_delivery import file_name, packed_body

AT_ONCE_BYTES = 4 * 1024 * 1024
EVERYBODY_READS = 0o644
#: All files have one date. Their own would tell readers, who may ask on conditions, when others saw an image.
DATE_S = 946_684_800


def packed_file(image: Image, envelope: Envelope) -> str:
    """The place of an image's body below the folder of packed images; the file is there, and whole."""
    place = f"{envelope.scope}/{file_name(image, envelope)}"
    path = Path(settings.PACKED_FOLDER) / place
    if not _is_whole(path, envelope.length(image.frames)):
        _write(path, image, envelope)
    return place


def _is_whole(path: Path, length: int) -> bool:
    if not path.is_file():
        return False
    found = path.stat()
    return (found.st_size, found.st_mtime) == (length, DATE_S)


def _write(path: Path, image: Image, envelope: Envelope) -> None:
    body = packed_body(image, envelope)
    with whole_file(path) as file:
        for start in range(0, body.length, AT_ONCE_BYTES):
            file.write(body.read(start, min(body.length, start + AT_ONCE_BYTES)))
        file.flush()
        os.fchmod(file.fileno(), EVERYBODY_READS)
        os.utime(file.fileno(), (DATE_S, DATE_S))
