"""The same patient at every stage of a condition: same noise, all else as it was."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from generation.conditions import Value
from generation.data.decode import read_grey
from generation.files import readable_refusals
from generation.sampling.request import Progress, SampleRequest, SampleSummary, progression_request
from generation.sampling.run import sample

IMAGES, SHEET = "images", "progression.png"


@dataclass(frozen=True, kw_only=True)
class Progression:
    """What was made; the sheet has a row for each patient, a column for each of `stages`."""

    summary: SampleSummary
    sheet: Path
    stages: tuple[Value, ...]


def progression(
    values: Mapping[str, Any],
    *,
    through: str,
    patients: int = 1,
    on_progress: Callable[[Progress], None] | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Progression:
    """Make the images in `out`/images, and their sheet. `values`: of a SampleRequest, without its count."""
    request, stages = progression_request(values, through=through, patients=patients)
    out = request.out
    request = replace(request, out=out / IMAGES)
    summary = sample(request, on_progress=on_progress, should_stop=should_stop)
    if summary.first:
        with readable_refusals(out):
            _write_sheet(out / SHEET, request, len(stages))
    return Progression(summary=summary, sheet=out / SHEET, stages=stages)


def _write_sheet(path: Path, request: SampleRequest, columns: int) -> None:
    found = sorted(file for file in request.out.rglob("*") if file.suffix in {".png", ".dcm"})
    images = [read_grey(file) >> 8 for file in found]
    rows = [np.concatenate(images[i : i + columns], axis=1) for i in range(0, len(images), columns)]
    Image.fromarray(np.concatenate(rows).astype(np.uint8)).save(path)
