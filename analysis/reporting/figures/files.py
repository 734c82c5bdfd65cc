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
PAGE = b"#set page(width: auto, height: auto, margin: 0pt, fill: white)\n"


def write_figures(drawn: Sequence[Numbered], folder: Path) -> None:
    """Write every figure in its three forms, and figures.csv, which says what each shows."""
    folder.mkdir()
    svgs = {entry.of.name: set_in(entry.of.svg, PRINT_TYPE).encode() for entry in drawn}
    for (name, svg), png in zip(svgs.items(), _pngs(list(svgs.values())), strict=True):
        (folder / f"{name}.svg").write_bytes(svg)
        (folder / f"{name}.pdf").write_bytes(_set([svg], "pdf")[0])
        (folder / f"{name}.png").write_bytes(_with_density(png))
    _write_index(drawn, folder / "figures.csv")


def _write_index(drawn: Sequence[Numbered], path: Path) -> None:
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(["figure", "svg", "png", "pdf", "section", "part", "caption"])
        for entry in drawn:
            shown = entry.of
            files = [f"{shown.name}.{form}" for form in ("svg", "png", "pdf")]
            words = [defused(text) for text in (shown.section, shown.part, shown.caption)]
            writer.writerow([entry.number, *files, *words])


def _pngs(svgs: Sequence[bytes]) -> list[bytes]:
    return _set(svgs, "png") if svgs else []


def _set(svgs: Sequence[bytes], form: str) -> list[bytes]:
    """Set each drawing on a page of its size; a PDF has them all, a PNG is one of them."""
    names = [f"figure-{place}.svg" for place in range(len(svgs))]
    pages = "#pagebreak()\n".join(f'#image("{name}")\n' for name in names)
    files = {"main.typ": PAGE + pages.encode(), **dict(zip(names, svgs, strict=True))}
    made = typst.compile(  # type: ignore[call-overload]  # its stubs leave out a dict of files
        files, format=form, ppi=DPI, ignore_system_fonts=True, timestamp=0
    )
    return [bytes(page) for page in made] if isinstance(made, list) else [bytes(made)]


def _with_density(png: bytes) -> bytes:
    """Add the pHYs chunk, so that programs place the image at its true size."""
    per_metre = round(DPI / INCH_M)
    body = b"pHYs" + struct.pack(">IIB", per_metre, per_metre, 1)
    chunk = struct.pack(">I", len(body) - 4) + body + struct.pack(">I", zlib.crc32(body))
    return png[:HEADER_BYTES] + chunk + png[HEADER_BYTES:]
