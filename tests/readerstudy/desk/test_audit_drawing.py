"""The audit draws both arms on one axis, and areas so that 1 tells them apart."""

import re
from io import BytesIO
from pathlib import Path
from typing import Any

import numpy as np
import PIL.Image
import pytest

from readerstudy.desk.locking.drawing import drawn, folded, interval
from readerstudy.desk.locking.examples import pairs_of
from readerstudy.imaging.canvas import Canvas
from readerstudy.imaging.delivery import part_png
from readerstudy.imaging.feature_version import VERSION
from readerstudy.imaging.models import Image
from readerstudy.imaging.normalise import digest_of
from readerstudy.imaging.storage import write_buffers
from readerstudy.truth.models import Measurement, Provenance
from tests.readerstudy.factory import a_planned_study
from tests.readerstudy.people import signed_in


@pytest.mark.parametrize(
    ("area", "shown"), [((0.9, 0.8, 0.95), (0.9, 0.8, 0.95)), ((0.14, 0.08, 0.24), (0.86, 0.76, 0.92))]
)
def test_an_area_below_a_half_tells_the_arms_apart_as_well(
    area: tuple[float, float, float], shown: tuple[float, float, float]
) -> None:
    assert folded(*area) == pytest.approx(shown)


def test_each_arm_is_drawn_in_shares_whatever_its_size() -> None:
    row = {
        "name": "width",
        "title": "Width",
        "remedy": "",
        "verdict": "leak",
        "p_corrected": 0.01,
        "auc": {"estimate": 0.9, "low": 0.8, "high": 0.95},
        "histogram": {"edges": [0, 1, 2], "real": [1, 3], "synthetic": [30, 10]},
    }
    shown = drawn(row)
    shapes = dict(re.findall(r'class="(real|synthetic)" points="([^"]+)"', shown.overlap))
    heights = {
        kind: [float(point.split(",")[1]) for point in points.split()] for kind, points in shapes.items()
    }
    assert heights["real"] == heights["synthetic"][::-1]
    assert (shown.real_at, shown.synthetic_at) == (75, 25)
    assert shown.ticks == ("0", "1", "2")


def test_what_lies_beyond_the_axis_ends_at_its_edge() -> None:
    assert 'x1="0.00%" x2="100.00%"' in interval(0.7, 0.1, 1.2)


@pytest.mark.django_db
def test_a_feature_is_shown_by_the_median_image_of_each_arm() -> None:
    study = a_planned_study()
    rows = list(Provenance.objects.filter(source__study=study).select_related("source").order_by("pk"))
    Measurement.objects.bulk_create(
        Measurement(provenance=row, version=VERSION, features={"noise": float(row.pk)}, sketch=b"")
        for row in rows
    )
    found = pairs_of(study, ["noise", "corner_marks"])
    assert set(found) == {"noise"}
    for kind, shown in (("real", found["noise"].real), ("synthetic", found["noise"].synthetic)):
        arm = [row.pk for row in rows if row.source.kind == kind]
        assert shown == arm[len(arm) // 2]
    leader = signed_in(study.created_by)
    for part, size in (("middle", (16, 24)), ("corner", (16, 24))):
        picture = leader.get(f"/studies/knees/images/{found['noise'].real}.png?part={part}")
        assert PIL.Image.open(BytesIO(picture.content)).size == size


def test_a_part_is_as_stored_and_from_where_it_was_asked(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path
    canvas = Canvas(width=100, height=80, bits=8)
    pixels = np.arange(8000, dtype=np.uint8).reshape(80, 100)
    image = Image.in_canvas(canvas, digest_of(pixels.tobytes(), canvas))
    write_buffers([(image.key, pixels.tobytes())])
    corner, middle = (
        np.asarray(PIL.Image.open(BytesIO(part_png(image, 64, corner=corner)))) for corner in (True, False)
    )
    assert (corner == pixels[:64, :64]).all()
    assert (middle == pixels[8:72, 18:82]).all()
