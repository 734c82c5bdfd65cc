"""Resume a download: answer a request for the rest of a body."""

import re

from django.http import HttpResponse

REST = re.compile(r"bytes=(\d{1,18})-")


def partial(body: bytes, asked: str) -> HttpResponse:
    """Return the rest that a `Range: bytes=N-` header asks for, or the whole body for any other header."""
    found = REST.fullmatch(asked)
    start = int(found[1]) if found else 0
    if not 0 < start < len(body):
        start = 0
    response = HttpResponse(memoryview(body)[start:], content_type="application/octet-stream")
    response["Accept-Ranges"] = "bytes"
    if start:
        response.status_code = 206
        response["Content-Range"] = f"bytes {start}-{len(body) - 1}/{len(body)}"
    return response
