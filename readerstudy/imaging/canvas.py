"""The one shape that every image of a study is brought into."""

from dataclasses import dataclass
from math import ceil
from typing import Literal

from readerstudy.imaging.errors import ImpossibleCanvas

Fit = Literal["crop", "pad"]
Mode = Literal["grey", "colour"]
Play = Literal["stack", "cine"]
FrameFit = Literal["refuse", "crop", "resample"]

LONGEST_SIDE = 4096
MOST_FRAMES = 2000
FASTEST_HZ = 120
#: One image has to fit into the memory of a worker and of a browser.
MOST_BUFFER_BYTES = 512 * 1024 * 1024


@dataclass(frozen=True, kw_only=True)
class Canvas:
    """Width and height in pixels, bits a sample, colour, frames, and what happens to another shape.

    `crop` fills the canvas and cuts what hangs over, equally on both sides; `pad` keeps everything and adds
    equal black borders. Borders tell the arms apart wherever their aspect ratios differ, so crop is
    the default. `frame_fit` says what happens to another number of frames: refuse the image, crop to the
    middle ones, or resample by taking the nearest frame. Frames are never blended, which would smooth noise.
    """

    width: int
    height: int
    bits: int
    fit: Fit = "crop"
    mode: Mode = "grey"
    frames: int = 1
    play: Play = "stack"
    rate_hz: float = 0.0
    spacing_mm: float | None = None
    frame_fit: FrameFit = "refuse"

    def __post_init__(self) -> None:
        for problem in (self._problem_of_shape(), self._problem_of_frames()):
            if problem:
                raise ImpossibleCanvas(problem)

    def _problem_of_shape(self) -> str:
        if not (16 <= self.width <= LONGEST_SIDE and 16 <= self.height <= LONGEST_SIDE):
            return (
                f"The canvas is {self.width} × {self.height} pixels; "
                f"each side has to be 16 to {LONGEST_SIDE}."
            )
        if self.bits not in (8, 16):
            return f"The canvas has bits = {self.bits}; it has to be 8 or 16."
        if self.fit not in ("crop", "pad"):
            return f"The canvas has fit = {self.fit!r}; it has to be crop or pad."
        if self.mode not in ("grey", "colour"):
            return f"The canvas has mode = {self.mode!r}; it has to be grey or colour."
        if self.mode == "colour" and self.bits != 8:
            return f"The canvas is in colour with bits = {self.bits}; colour has 8 bits a channel."
        if self.spacing_mm is not None and not 0 < self.spacing_mm < 1000:
            return f"The canvas has spacing_mm = {self.spacing_mm:g}; it has to be above 0 and below 1000."
        return ""

    def _problem_of_frames(self) -> str:
        if not 1 <= self.frames <= MOST_FRAMES:
            return f"The canvas has frames = {self.frames}; it has to be 1 to {MOST_FRAMES}."
        if self.play not in ("stack", "cine"):
            return f"The canvas has play = {self.play!r}; it has to be stack or cine."
        if not 0 <= self.rate_hz <= FASTEST_HZ:
            return f"The canvas has rate_hz = {self.rate_hz:g}; it has to be above 0 and up to {FASTEST_HZ}."
        if self.frame_fit not in ("refuse", "crop", "resample"):
            return f"The canvas has frame_fit = {self.frame_fit!r}; it has to be refuse, crop or resample."
        if self.buffer_bytes > MOST_BUFFER_BYTES:
            return (
                f"One image of the canvas has {self.buffer_bytes / 2**20:,.0f} MB; at most "
                f"{MOST_BUFFER_BYTES // 2**20} are possible. Use fewer frames or a smaller canvas."
            )
        return ""

    @property
    def white(self) -> int:
        """The value of the brightest pixel there can be."""
        return (1 << self.bits) - 1

    @property
    def channels(self) -> int:
        """Samples a pixel: one grey, or red, green and blue."""
        return 3 if self.mode == "colour" else 1

    @property
    def frame_bytes(self) -> int:
        return self.width * self.height * self.channels * ceil(self.bits / 8)

    @property
    def buffer_bytes(self) -> int:
        return self.frame_bytes * self.frames

    @property
    def frame_shape(self) -> tuple[int, ...]:
        """Height, width and channels; one channel is left out."""
        return (self.height, self.width, *((3,) if self.mode == "colour" else ()))

    @property
    def shape(self) -> tuple[int, ...]:
        """The same, with the frames first where there are several."""
        return (self.frames, *self.frame_shape) if self.frames > 1 else self.frame_shape

    @property
    def dtype(self) -> str:
        return "<u1" if self.bits == 8 else "<u2"

    @property
    def shape_in_words(self) -> str:
        """The shape as it stands in digests and fingerprints; that of grey stills never changes."""
        frames = f"x{self.frames} frames" if self.frames > 1 else ""
        return f"{self.mode} {self.width}x{self.height}x{self.bits}{frames}"
