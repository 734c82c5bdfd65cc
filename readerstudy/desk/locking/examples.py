"""An image of each arm for the features that tell the arms apart, so that people see what was measured."""

from collections.abc import Sequence
from dataclasses import dataclass

from readerstudy.imaging.feature_version import VERSION
from readerstudy.studies.models import Study
from readerstudy.truth.models import Kind, Measurement

#: What these measure is at the edges of an image, all else is shown by its middle.
AT_THE_EDGES = {"border_rows", "border_columns", "edge_jump", "corner_marks", "corner_spots", "pure_black"}


@dataclass(frozen=True, kw_only=True)
class Pair:
    """The number of the image at the median of each arm, and the part of it that is worth a look."""

    real: int
    synthetic: int
    part: str


def pairs_of(study: Study, features: Sequence[str]) -> dict[str, Pair]:
    """Return a pair for each feature that was measured in both arms."""
    if not features:
        return {}
    rows = Measurement.objects.filter(version=VERSION, provenance__source__study=study)
    measured = list(rows.values_list("provenance__source__kind", "provenance_id", "features"))
    found = {}
    for name in features:
        values: dict[str, list[tuple[float, int]]] = {Kind.REAL: [], Kind.SYNTHETIC: []}
        for kind, number, row in measured:
            if name in row:
                values[kind].append((row[name], number))
        if all(values.values()):
            real, synthetic = (sorted(arm)[len(arm) // 2][1] for arm in values.values())
            part = "corner" if name in AT_THE_EDGES else "middle"
            found[name] = Pair(real=real, synthetic=synthetic, part=part)
    return found
