"""Colour: from the samples of a file to sRGB with 8 bits a channel, by the profile that the file carries."""

from io import BytesIO
from typing import Any

import numpy as np
import PIL.Image
import PIL.JpegImagePlugin
from numpy.typing import NDArray
from PIL import ImageCms

from readerstudy.imaging.errors import BadProfile, NoColour, Translucent, UnsupportedPixels

Colours = NDArray[np.uint8]

TRANSPARENT = ("LA", "PA", "La", "RGBA", "RGBa", "RGBX")
#: Subsampling of chroma in a JPEG by what Pillow calls it; all others are -1.
SUBSAMPLING = {0: 1.0, 1: 2.0, 2: 4.0}


def require_opaque(picture: PIL.Image.Image) -> PIL.Image.Image:
    """The same picture without an alpha channel, which has to be opaque everywhere."""
    if picture.mode in TRANSPARENT or "transparency" in picture.info:
        profile = picture.info.get("icc_profile")
        picture = picture.convert("RGBA")
        if picture.getchannel("A").getextrema()[0] != 255:
            raise Translucent
        picture = picture.convert("RGB")
        picture.info["icc_profile"] = profile
    return picture


def colours_of(picture: PIL.Image.Image) -> Colours:
    """The picture in sRGB; a file that holds one channel alone is refused."""
    if picture.mode in ("CMYK", "LAB", "HSV", "YCbCr"):
        raise UnsupportedPixels(f"The colours are stored as {picture.mode}. Save the image as RGB (sRGB).")
    if picture.mode in ("1", "L", "LA", "La", "I", "F") or picture.mode.startswith("I;16"):
        raise NoColour
    picture = require_opaque(picture)
    profile = picture.info.get("icc_profile")
    if picture.mode != "RGB":
        picture = picture.convert("RGB")
    return np.asarray(in_srgb(picture, profile), dtype=np.uint8)


def in_srgb(picture: PIL.Image.Image, profile: bytes | None) -> PIL.Image.Image:
    """Apply a colour profile (relative colorimetric, with black point compensation); none means sRGB."""
    if not profile:
        return picture
    try:
        given = ImageCms.ImageCmsProfile(BytesIO(profile))
        space = str(given.profile.xcolor_space).strip()
        name = str(ImageCms.getProfileDescription(given))
    except (OSError, TypeError, ImageCms.PyCMSError) as error:
        raise BadProfile from error
    if space != "RGB":
        raise BadProfile(f"The colour profile is for {space}, the pixels are RGB. Save the image as sRGB.")
    if name.startswith("sRGB"):
        return picture  # the way there and back would only round
    try:
        converted = ImageCms.profileToProfile(
            picture,
            given,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
            flags=ImageCms.Flags.BLACKPOINTCOMPENSATION,
        )
    except ImageCms.PyCMSError as error:
        raise BadProfile from error
    return converted or picture


def compression_of(picture: PIL.Image.Image) -> dict[str, Any]:
    """How a JPEG was compressed, for the blinding audit; to be asked before the pixels are loaded."""
    tables = getattr(picture, "quantization", None)
    if not isinstance(picture, PIL.JpegImagePlugin.JpegImageFile) or not tables:
        return {}
    sampling = PIL.JpegImagePlugin.get_sampling(picture) if picture.mode != "L" else 0
    means = [float(np.mean(tables[number])) for number in sorted(tables)]
    return {
        "quantisation": round(means[0], 2),
        "chroma_quantisation": round(means[-1], 2),
        "subsampling": SUBSAMPLING.get(sampling, -1.0),
    }
