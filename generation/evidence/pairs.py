"""The closest pairs, side by side for a human eye, and all pairs as a table."""

import csv
import io
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from generation.evidence.images import ImageSet
from generation.evidence.memorization import SHOWN_PAIRS, Memorization, Pair
from generation.evidence.records import write_bytes, write_text

GAP_PX = 6
CAPTION_PX = 14
COLUMNS = 3


def write_pairs(
    out: Path, found: Memorization, train: ImageSet, heldout: ImageSet, synthetic: ImageSet
) -> Path:
    """`pairs.png` and `pairs.csv`: the table lists every synthetic image, the closest first."""
    rows = [
        (synthetic.names[p.image], train.names[p.train], _patient(train, p), int(p.mirrored), f"{p.ssim:.4f}")
        for p in found.pairs
    ]
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(("synthetic", "nearest_train", "train_patient", "mirrored", "ssim"))
    writer.writerows(rows)
    write_text(out / "pairs.csv", text.getvalue())
    sheet = _sheet(
        [
            ("synthetic", synthetic, found.pairs[:SHOWN_PAIRS]),
            ("held-out", heldout, found.heldout_pairs[:SHOWN_PAIRS]),
        ],
        train,
    )
    picture = io.BytesIO()
    sheet.save(picture, "PNG", optimize=True)
    write_bytes(out / "pairs.png", picture.getvalue())
    return out / "pairs.png"


def _patient(train: ImageSet, pair: Pair) -> str:
    return "" if train.patients is None else str(train.patients[pair.train])


def _sheet(blocks: list[tuple[str, ImageSet, tuple[Pair, ...]]], train: ImageSet) -> Image.Image:
    """Each block three pairs wide: an image, its nearest training image, their absolute difference."""
    side = train.pixels.shape[1]
    wide, high = 3 * side + 4 * GAP_PX, side + CAPTION_PX + GAP_PX
    lines = sum(-(-len(pairs) // COLUMNS) for _, _, pairs in blocks)
    sheet = Image.new("L", (COLUMNS * wide + GAP_PX, lines * high + GAP_PX), 24)
    pen = ImageDraw.Draw(sheet)
    line = 0
    for what, images, pairs in blocks:
        for number, pair in enumerate(pairs):
            left = GAP_PX + number % COLUMNS * wide
            top = GAP_PX + (line + number // COLUMNS) * high
            _draw_pair(sheet, left, top + CAPTION_PX, images, train, pair)
            caption = f"{what}, SSIM {pair.ssim:.3f}" + (", mirrored" if pair.mirrored else "")
            pen.text((left, top), caption, fill=220)
        line += -(-len(pairs) // COLUMNS)
    return sheet


def _draw_pair(
    sheet: Image.Image, left: int, top: int, images: ImageSet, train: ImageSet, pair: Pair
) -> None:
    ours, theirs = images.pixels[pair.image], train.pixels[pair.train]
    theirs = theirs[:, ::-1] if pair.mirrored else theirs
    difference = np.abs(ours.astype(int) - theirs.astype(int)).astype(np.uint8)
    for place, pixels in enumerate((ours, theirs, difference)):
        sheet.paste(Image.fromarray(pixels), (left + place * (pixels.shape[1] + 2), top))
