"""Labels for the images of a demo: those that its protocol asks about, shows or matches by."""

import zlib
from collections.abc import Iterator, Mapping

import numpy as np

from readerstudy.imaging.canvas import Canvas
from readerstudy.studies.protocol import Item, ProtocolDocument
from readerstudy.studies.protocol.items import KNOWN_TRUTHS

CASE = "case"
MARKS = 2


def labels_of(document: ProtocolDocument, index: int, known: Mapping[str, str]) -> dict[str, str]:
    """The labels of a source's image by its number. The images of one number show one case in every source.

    What is known of the image stays, unless the protocol lists the values that the label can have.
    """
    found = dict(known)
    asked = dict(_asked(document))
    for name, item in asked.items():
        values = document.values.get(name, ())
        if values:
            found[name] = values[index % len(values)]
        elif name not in found:
            found[name] = _made_up(name, item, document.canvas, index)
    if any(section.case for section in document.sections):
        found[CASE] = f"case-{index + 1:03d}"
    return found


def _asked(document: ProtocolDocument) -> Iterator[tuple[str, Item | None]]:
    """Every label that the protocol names, with the item it is the truth of, if it is that of one."""
    for section in document.sections:
        yield from ((name, None) for name in (*section.labels, *section.match, *section.tells))
        yield from ((item.truth, item) for item in section.items if item.truth not in ("", *KNOWN_TRUTHS))


def _made_up(name: str, item: Item | None, canvas: Canvas, index: int) -> str:
    """A plausible value that depends on the case alone."""
    rng = np.random.default_rng([zlib.crc32(name.encode()), index])
    if item is None:
        return f"{name}-{index % 3 + 1}"
    if item.kind == "mark":
        points = rng.uniform(0.2, 0.8, (MARKS, 2)) * (canvas.width, canvas.height)
        frame = f" {canvas.frames // 2 + 1}" if canvas.frames > 1 else ""
        return "; ".join(f"{x:.1f} {y:.1f}{frame}" for x, y in points)
    if item.kind == "scale" and item.scale is not None:
        return str(rng.choice(item.scale.points))
    if item.values:
        return str(item.values[index % len(item.values)])
    low = 0.0 if item.low is None else item.low
    high = 100.0 if item.high is None else item.high
    return f"{rng.uniform(low, high):.1f}"
