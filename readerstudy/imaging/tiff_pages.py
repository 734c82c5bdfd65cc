"""Count the pages of a TIFF by the chain of its directories: Pillow's time grows with their square."""

import struct


def count_pages(data: bytes, *, most: int) -> int:
    """Return how many pages there are, or one more than `most`. A chain that leads nowhere is an error."""
    order = "<" if data[:2] == b"II" else ">"
    is_big = 43 in data[2:4]
    first, count, entry_bytes, offset = (8, "Q", 20, "Q") if is_big else (4, "H", 12, "I")
    seen: set[int] = set()
    (at,) = struct.unpack_from(order + offset, data, first)
    while at and at not in seen and len(seen) <= most:
        seen.add(at)
        (entries,) = struct.unpack_from(order + count, data, at)
        behind = at + struct.calcsize(count) + entry_bytes * entries
        (at,) = struct.unpack_from(order + offset, data, behind)
    return len(seen)
