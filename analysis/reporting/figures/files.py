"""Figures as files: SVG, PDF and PNG at 300 dpi, from the one drawing, in the type of the PDF report."""

import csv
import struct
import zlib
from collections.abc import Sequence
from pathlib import Path

import typst

from analysis.reporting.figures.style import set_in
from analysis.reporting.numbered import Numbered
from analysis.spreadsheet import defused

DPI = 300
PRINT_TYPE = "Libertinus Serif"
INCH_M = 0.0254
HEADER_BYTES = 33
PAGE = b'#set page(width: auto, height: auto, margin: 0pt, fill: white)\n#image("figure.svg")'


def write_figures(drawn: Sequence[Numbered], folder: Path) -> None:
    """Write every figure in its three forms, and figures.csv, which says what each shows."""
    folder.mkdir()
    for entry in drawn:
        picture = entry.of
        svg = set_in(picture.svg, PRINT_TYPE).encode()
        (folder / f"{picture.name}.svg").write_bytes(svg)
        (folder / f"{picture.name}.pdf").write_bytes(_set(svg, "pdf"))
        (folder / f"{picture.name}.png").write_bytes(_with_density(_set(svg, "png")))

    with (folder / "figures.csv").open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["figure", "svg", "png", "pdf", "section", "part", "caption"])
        for entry in drawn:
            shown = entry.of
            files = [f"{shown.name}.{form}" for form in ("svg", "png", "pdf")]
            words = [defused(text) for text in (shown.section, shown.part, shown.caption)]
            writer.writerow([entry.number, *files, *words])


def _set(svg: bytes, form: str) -> bytes:
    files = {"main.typ": PAGE, "figure.svg": svg}
    made = typst.compile(  # type: ignore[call-overload]  # its stubs leave out a dict of files
        files, format=form, ppi=DPI, ignore_system_fonts=True, timestamp=0
    )
    return bytes(made[0] if isinstance(made, list) else made)


def _with_density(png: bytes) -> bytes:
    """Add the pHYs chunk, so that programs place the image at its true size."""
    per_metre = round(DPI / INCH_M)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:HEADER_BYTES] + chunk + png[HEADER_BYTES:]
