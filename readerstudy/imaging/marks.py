"""What a file says of itself: that a generative model made it.

Kept as a fact of the original, which is provenance: no label, no match key and nothing that a reader gets.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pydicom.dataset import Dataset

#: Ends IPTC's digital source types of media made by a trained model, in whole or in part, wherever they
#: stand: in text chunks, XMP or EXIF.
_IPTC = "trainedalgorithmicmedia"
_SYNTHETIC_DATA = 0x0008001C

MARKED: Mapping[str, Any] = {"marked_synthetic": True}


def marks_of_picture(info: Mapping[Any, Any]) -> Mapping[str, Any]:
    """Facts from what Pillow found beside the pixels."""
    return MARKED if any(_IPTC in _text(value) for value in info.values()) else {}


def marks_of_dicom(dataset: "Dataset") -> Mapping[str, Any]:
    """Facts from Synthetic Data (0008,001C), or from a conversion type that says synthetic."""
    element = dataset.get(_SYNTHETIC_DATA)
    said = element is not None and str(element.value).strip().upper() == "YES"
    return MARKED if said or str(dataset.get("ConversionType", "")).strip().upper() == "SYN" else {}


def _text(value: object) -> str:
    text = value.decode("utf-8", "ignore") if isinstance(value, bytes) else value
    return text.lower() if isinstance(text, str) else ""
