"""Figures as files: SVG, PDF and PNG at 300 dpi, from the one drawing, in the type of the PDF report."""

import csv
import struct
import zlib
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from pathlib import Path

import typst

from analysis.reporting.figures.style import set_in
from analysis.reporting.numbered import Numbered
from analysis.spreadsheet import defused

DPI = 300
PRINT_TYPE = "Libertinus Serif"
INCH_M = 0.0254
HEADER_BYTES = 33
PAGE = b"""#set page(width: auto, height: auto, margin: 0pt, fill: white)
#image("figure.svg")
"""


def write_figures(drawn: Sequence[Numbered], folder: Path, pool: Executor) -> list[Future[None]]:
    """Write figures.csv, which says what each figure shows, and in a pool each figure in its three forms.

    Figures are drawn here one by one: matplotlib works in one thread at a time, the typesetter in many.
    """
    folder.mkdir()
    _write_index(drawn, folder / "figures.csv")
    return [
        pool.submit(_write_forms, folder / entry.of.name, set_in(entry.of.svg, PRINT_TYPE).encode())
        for entry in drawn
    ]


def _write_forms(stem: Path, svg: bytes) -> None:
    stem.with_name(f"{stem.name}.svg").write_bytes(svg)
    stem.with_name(f"{stem.name}.pdf").write_bytes(_set(svg, "pdf"))
    stem.with_name(f"{stem.name}.png").write_bytes(_with_density(_set(svg, "png")))


def _write_index(drawn: Sequence[Numbered], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["figure", "svg", "png", "pdf", "section", "part", "caption"])
        for entry in drawn:
            shown = entry.of
            files = [f"{shown.name}.{form}" for form in ("svg", "png", "pdf")]
            words = [defused(text) for text in (shown.section, shown.part, shown.caption)]
            writer.writerow([entry.number, *files, *words])


def _set(svg: bytes, form: str) -> bytes:
    """Set a drawing on a page of its size."""
    files = {"main.typ": PAGE, "figure.svg": svg}
    made = typst.compile(  # type: ignore[call-overload]  # its stubs leave out a dict of files
        files, format=form, ppi=DPI, ignore_system_fonts=True, timestamp=0
    )
    return bytes(made)


def _with_density(png: bytes) -> bytes:
    """Add the pHYs chunk, so that programs place the image at its true size."""
    per_metre = round(DPI / INCH_M)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:HEADER_BYTES] + chunk + png[HEADER_BYTES:]
