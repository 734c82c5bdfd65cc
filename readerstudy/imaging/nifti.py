"""NIfTI-1 and NIfTI-2, as one file or compressed: https://nifti.nimh.nih.gov/nifti-1."""

import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from readerstudy.imaging.decode import Greys, Levels, ramp, require_size
from readerstudy.imaging.errors import (
    Coloured,
    DamagedImage,
    NoColour,
    NotAnImage,
    NotFinite,
    TooLarge,
    UnsupportedPixels,
)
from readerstudy.imaging.films import Film, require_count
from readerstudy.imaging.planes import Turn, turn_of

MOST_BYTES = 512 * 1024 * 1024
TYPES = {
    2: "u1",
    4: "i2",
    8: "i4",
    16: "f4",
    64: "f8",
    128: "rgb",
    256: "i1",
    512: "u2",
    768: "u4",
}


@dataclass(frozen=True, kw_only=True)
class Header:
    shape: tuple[int, ...]
    dtype: str
    offset: int
    slope: float
    intercept: float
    shown: tuple[float, float]
    spacing_mm: tuple[float, ...]
    #: Columns: the directions of the three axes in DICOM's coordinates; None where the file does not say.
    axes: NDArray[np.float64] | None
    order: str


def nifti_film(data: bytes, *, colour: bool) -> Film:
    """Slices across the third axis, or the moments of one slice."""
    header = _header(data)
    count = _require_shape(header)
    if (header.dtype == "rgb") != colour:
        raise NoColour if colour else Coloured
    volume = _volume(data, header, count)
    turn = Turn() if header.axes is None else turn_of(*header.axes.T)
    scale = None if colour else _Scale.of(volume, header)

    def frames(chosen: Sequence[int]) -> Iterator[Levels]:
        for number in chosen:
            plane = volume[count - 1 - number if turn.reversed else number]
            yield turn.apply(plane if scale is None else scale.levels(plane))

    width, height = header.shape[:2]
    spacing = header.spacing_mm[1], header.spacing_mm[0]
    facts = {
        "container": "NIfTI",
        "bits": 8 if colour else 8 * np.dtype(header.dtype).itemsize,
        "lossy": False,
        "slice_mm": round(header.spacing_mm[2], 4) if len(header.spacing_mm) > 2 else 0.0,
    }
    return Film(
        count=count,
        size=(width, height) if turn.transposed else (height, width),
        frames=frames,
        greys=(lambda counts: ramp(255, 256)) if scale is None else scale.greys,
        facts=facts,
        spacing_mm=(spacing[::-1] if turn.transposed else spacing) if min(spacing) > 0 else None,
    )


#: What each of the two headers holds, and where: kind, place and how many.
FIELDS_1 = {
    "dim": ("i2", 40, 8),
    "datatype": ("i2", 70, 1),
    "pixdim": ("f4", 76, 8),
    "offset": ("f4", 108, 1),
    "scaling": ("f4", 112, 2),
    "shown": ("f4", 124, 2),
    "codes": ("i2", 252, 2),
    "quaternion": ("f4", 256, 6),
    "rows": ("f4", 280, 12),
}
FIELDS_2 = {
    "dim": ("i8", 16, 8),
    "datatype": ("i2", 12, 1),
    "pixdim": ("f8", 104, 8),
    "offset": ("i8", 168, 1),
    "scaling": ("f8", 176, 2),
    "shown": ("f8", 192, 2),
    "codes": ("i4", 344, 2),
    "quaternion": ("f8", 352, 6),
    "rows": ("f8", 400, 12),
}


def _header(data: bytes) -> Header:
    if data[:2] == b"\x1f\x8b":
        data = _inflated(data, 540)
    for order in "<>":
        size = int(np.frombuffer(data[:4], f"{order}i4")[0]) if len(data) >= 4 else 0
        if size == 348 and data[344:347] == b"n+1":
            return _read(data, FIELDS_1, order)
        if size == 540 and data[4:7] == b"n+2":
            return _read(data, FIELDS_2, order)
    raise NotAnImage("The content is no NIfTI file with header and pixels in one (.nii or .nii.gz).")


def _read(data: bytes, fields: Mapping[str, tuple[str, int, int]], order: str) -> Header:
    said = {
        name: np.frombuffer(data, f"{order}{kind}", count, at) for name, (kind, at, count) in fields.items()
    }
    code, offset, dim = int(said["datatype"][0]), int(said["offset"][0]), said["dim"]
    if code not in TYPES:
        raise UnsupportedPixels(f"The NIfTI data type {code} is not supported. Save whole or real numbers.")
    if not 1 <= int(dim[0]) <= 7 or (dim[1 : 1 + int(dim[0])] < 1).any() or offset < 0:
        raise DamagedImage
    kind = TYPES[code]
    slope, intercept = (float(part) for part in said["scaling"])
    if slope == 0 or not np.isfinite([slope, intercept]).all():
        slope = 1.0
    high, low = said["shown"]
    return Header(
        shape=tuple(int(length) for length in dim[1 : 1 + int(dim[0])]),
        dtype=kind if kind == "rgb" else f"{order}{kind}",
        offset=offset,
        slope=slope,
        intercept=intercept if np.isfinite(intercept) else 0.0,
        shown=(float(low), float(high)),
        spacing_mm=tuple(abs(float(length)) for length in said["pixdim"][1:4]),
        axes=_axes(said["codes"], said["quaternion"], said["rows"], float(said["pixdim"][0])),
        order=order,
    )


def _axes(
    codes: NDArray[Any], quaternion: NDArray[Any], rows: NDArray[Any], handedness: float
) -> NDArray[np.float64] | None:
    """NIfTI counts x to the right and y to the front; DICOM the other way."""
    if codes[1] > 0:
        affine = rows.reshape(3, 4)[:, :3].astype(float)
    elif codes[0] > 0:
        affine = _rotation(*(float(part) for part in quaternion[:3]))
        affine[:, 2] *= -1 if handedness < 0 else 1
    else:
        return None
    lengths = np.linalg.norm(affine, axis=0)
    if not np.isfinite(affine).all() or (lengths == 0).any():
        return None
    axes: NDArray[np.float64] = affine / lengths * np.array([[-1.0], [-1.0], [1.0]])
    return axes


def _rotation(b: float, c: float, d: float) -> NDArray[np.float64]:
    """The rotation of a unit quaternion of which the first part is left out."""
    a = np.sqrt(max(0.0, 1 - b * b - c * c - d * d))
    return np.array(
        [
            [a * a + b * b - c * c - d * d, 2 * (b * c - a * d), 2 * (b * d + a * c)],
            [2 * (b * c + a * d), a * a + c * c - b * b - d * d, 2 * (c * d - a * b)],
            [2 * (b * d - a * c), 2 * (c * d + a * b), a * a + d * d - b * b - c * c],
        ]
    )


def _require_shape(header: Header) -> int:
    """The number of frames; more than one moment of more than one slice is refused."""
    lengths = (*header.shape, 1, 1, 1)
    width, height, depth, moments = lengths[:4]
    require_size(width, height)
    if any(length > 1 for length in header.shape[4:]):
        raise UnsupportedPixels("The NIfTI file has more than four dimensions. Save one volume as a file.")
    if depth > 1 and moments > 1:
        raise UnsupportedPixels(
            f"The NIfTI file holds {moments} volumes of {depth} slices. Save one volume, or one slice of all."
        )
    return require_count(max(depth, moments))


def _volume(data: bytes, header: Header, count: int) -> NDArray[Any]:
    """Frames × rows × columns, in the order of the file, without a copy."""
    width, height = header.shape[:2]
    kind = np.dtype("u1") if header.dtype == "rgb" else np.dtype(header.dtype)
    samples = width * height * count * (3 if header.dtype == "rgb" else 1)
    wanted = header.offset + samples * kind.itemsize
    if wanted > MOST_BYTES:
        raise TooLarge(f"The volume has {wanted / 2**20:,.0f} MB; {MOST_BYTES // 2**20} MB are accepted.")
    if data[:2] == b"\x1f\x8b":
        data = _inflated(data, wanted)
    if len(data) < wanted:
        raise DamagedImage
    shape = (count, height, width, *((3,) if header.dtype == "rgb" else ()))
    return np.frombuffer(data, kind, samples, header.offset).reshape(shape)


def _inflated(data: bytes, most_bytes: int) -> bytes:
    """What a gzip file unpacks to, and no more than that of a bomb."""
    return zlib.decompressobj(wbits=31).decompress(data, most_bytes)


@dataclass(frozen=True, kw_only=True)
class _Scale:
    """Values as levels: as they are where 65,536 hold them, else spread over as many."""

    low: float
    high: float
    step: float
    header: Header

    @classmethod
    def of(cls, volume: NDArray[Any], header: Header) -> "_Scale":
        low, high = np.inf, -np.inf
        for plane in volume:
            if not np.isfinite(plane).all():
                raise NotFinite("Some voxels are not a number or infinite. Give them finite values.")
            low, high = min(low, float(plane.min())), max(high, float(plane.max()))
        whole = volume.dtype.kind in "iu" and high - low <= 65535
        return cls(low=low, high=high, step=1.0 if whole else max(high - low, 1e-30) / 65535, header=header)

    def levels(self, plane: NDArray[Any]) -> Levels:
        return np.rint((plane.astype(np.float64) - self.low) / self.step).astype(np.uint16)

    def greys(self, counts: NDArray[np.int64]) -> Greys:
        """By the window of the file (cal_min, cal_max), else from its lowest to its highest value."""
        values = (np.arange(65536) * self.step + self.low) * self.header.slope + self.header.intercept
        low, high = self.header.shown
        if not (np.isfinite([low, high]).all() and high > low):
            ends = [end * self.header.slope + self.header.intercept for end in (self.low, self.high)]
            low, high = min(ends), max(ends)
        greys: Greys = np.clip((values - low) / max(high - low, 1e-30), 0, 1).astype(np.float32)
        return greys
