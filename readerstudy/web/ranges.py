"""Resume a download, or fetch a part of it: answer a request for some of a body."""

import re
from collections.abc import Callable

from django.http import HttpResponse

PART = re.compile(r"bytes=(\d{1,18})-(\d{1,18})?")

#: The bytes of a body from the first place to before the second.
Read = Callable[[int, int], bytes | memoryview]


def partial(length: int, read: Read, asked: str) -> HttpResponse:
    """Return what a `Range: bytes=N-` or `bytes=N-M` header asks for, or the whole body for any other."""
    found = PART.fullmatch(asked)
    start, end = (int(found[1]), int(found[2] or length - 1)) if found else (0, length - 1)
    end = min(end, length - 1)
    if start > end:
        start, end = 0, length - 1
    response = HttpResponse(read(start, end + 1), content_type="application/octet-stream")
    response["Accept-Ranges"] = "bytes"
    if (start, end) != (0, length - 1):
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{end}/{length}"
    return response
