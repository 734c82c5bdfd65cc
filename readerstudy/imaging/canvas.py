"""The one shape that every image of a study is brought into."""

from dataclasses import dataclass
from typing import Literal

from readerstudy.imaging.errors import ImpossibleCanvas

Fit = Literal["crop", "pad"]

LONGEST_SIDE = 4096


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """Width and height in pixels, bits a pixel, and what happens to another aspect ratio.

    `crop` fills the canvas and cuts what hangs over, equally on both sides; `pad` keeps everything and adds
    equal black borders. Borders tell the arms apart wherever their aspect ratios differ, so crop is
    the default.
    """

    width: int
    height: int
    bits: int
    fit: Fit = "crop"

    def __post_init__(self) -> None:
        if not (16 <= self.width <= LONGEST_SIDE and 16 <= self.height <= LONGEST_SIDE):
            raise ImpossibleCanvas(
                f"The canvas is {self.width} × {self.height} pixels; "
                f"each side has to be 16 to {LONGEST_SIDE}."
            )
        if self.bits not in (8, 16):
            raise ImpossibleCanvas(f"The canvas has bits = {self.bits}; it has to be 8 or 16.")
        if self.fit not in ("crop", "pad"):
            raise ImpossibleCanvas(f"The canvas has fit = {self.fit!r}; it has to be crop or pad.")

    @property
    def white(self) -> int:
        """The value of the brightest pixel there can be."""
        return (1 << self.bits) - 1

    @property
    def buffer_bytes(self) -> int:
        return self.width * self.height * self.bits // 8
