"""A file that says a generative model made it: kept as provenance, refused in a real source."""

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL.PngImagePlugin import PngInfo

from generation.papers import DIGITAL_SOURCE_TYPE
from readerstudy.studies.create import create_study
from readerstudy.studies.models import Study
from readerstudy.truth.import_images import ImportSummary, import_images
from readerstudy.truth.models import Provenance
from readerstudy.truth.sources import source_of
from tests.readerstudy.factory import a_leader, a_user, protocol_text
from tests.readerstudy.imaging.phantoms import dicom, dicom_bytes, eight_bits, encoded, phantom, write

XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:Description Iptc4xmpExt:DigitalSourceType='
    '"http://cv.iptc.org/newscodes/digitalsourcetype/compositeWithTrainedAlgorithmicMedia"/></x:xmpmeta>'
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def study() -> Study:
    return create_study(protocol_text(), by=a_leader("alice"), slug="knees")


def _bring(study: Study, source: str, folder: Path) -> ImportSummary:
    return import_images(source_of(study, source), [folder], by=a_user("alice"))


def _text_chunk() -> bytes:
    chunks = PngInfo()
    chunks.add_text("DigitalSourceType", DIGITAL_SOURCE_TYPE)
    return encoded(eight_bits(phantom(1)), pnginfo=chunks)


def _synthetic_data(value: str) -> bytes:
    dataset = dicom(eight_bits(phantom(4)), ConversionType="WSD")
    dataset.add_new(0x0008001C, "CS", value)
    return dicom_bytes(dataset)


def _other_text() -> PngInfo:
    chunks = PngInfo()
    chunks.add_text("DigitalSourceType", "http://cv.iptc.org/newscodes/digitalsourcetype/digitalCapture")
    return chunks


MARKED: dict[str, Callable[[], bytes]] = {
    "release.png": _text_chunk,
    "xmp.jpg": lambda: encoded(eight_bits(phantom(2)), "JPEG", xmp=XMP.encode()),
    "xmp.webp": lambda: encoded(eight_bits(phantom(3)), "WEBP", lossless=True, xmp=XMP.encode()),
    "synthetic-data.dcm": lambda: _synthetic_data("YES"),
    "conversion.dcm": lambda: dicom_bytes(dicom(eight_bits(phantom(5)), ConversionType="SYN")),
}
HONEST: dict[str, Callable[[], bytes]] = {
    "plain.png": lambda: encoded(eight_bits(phantom(6))),
    "camera.png": lambda: encoded(eight_bits(phantom(7)), pnginfo=_other_text()),
    "declared-real.dcm": lambda: _synthetic_data("NO"),
}


@pytest.mark.parametrize("name", MARKED)
def test_a_marked_file_is_refused_in_a_real_source_with_the_remedy(
    study: Study, tmp_path: Path, name: str
) -> None:
    write(tmp_path, name, MARKED[name]())
    summary = _bring(study, "hospital-canary", tmp_path)
    assert (summary.added, [refused.file for refused in summary.refused]) == (0, [name])
    assert "Import it into a synthetic source" in summary.refused[0].reason
    assert not Provenance.objects.exists()


@pytest.mark.parametrize("name", HONEST)
def test_a_file_without_such_a_mark_comes_into_a_real_source(study: Study, tmp_path: Path, name: str) -> None:
    write(tmp_path, name, HONEST[name]())
    assert _bring(study, "hospital-canary", tmp_path).added == 1
    assert "marked_synthetic" not in Provenance.objects.get().facts


def test_in_a_synthetic_source_the_mark_is_provenance_and_nothing_to_match_or_show(
    study: Study, tmp_path: Path
) -> None:
    write(tmp_path, "release.png", MARKED["release.png"]())
    assert _bring(study, "checkpoint-canary", tmp_path).added == 1
    kept = Provenance.objects.get()
    assert kept.facts["marked_synthetic"] is True
    assert (kept.labels, kept.conditions, kept.group) == ({}, {}, "")
