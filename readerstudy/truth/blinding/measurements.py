"""The measurements of a study's images, kept because measuring takes longer than reading.

Each study measures for itself: an audit that went faster where another study has the image would tell so.
"""

from collections.abc import Callable, Iterator, Sequence

from readerstudy.imaging.feature_version import VERSION
from readerstudy.imaging.features import FEATURE_NAMES, Features
from readerstudy.imaging.measuring import Measured, measure
from readerstudy.truth.models import Measurement, Provenance

OnProgress = Callable[[int, int], None]


def measurements_of(rows: Sequence[Provenance], *, on_progress: OnProgress | None = None) -> list[Measured]:
    """The measurements of the images of `rows`, in their order; new ones are stored as they come."""
    known = {
        kept.provenance_id: kept
        for kept in Measurement.objects.filter(version=VERSION, provenance__in={row.pk for row in rows})
    }
    missing = [row for row in rows if row.pk not in known]
    done = len(rows) - len(missing)
    for made in _measured_anew(missing):
        Measurement.objects.bulk_create(
            made,
            update_conflicts=True,
            unique_fields=["provenance"],
            update_fields=["version", "features", "sketch"],
        )
        known.update({kept.provenance_id: kept for kept in made})
        done += len(made)
        if on_progress is not None:
            on_progress(done, len(rows))
    return [_measured(row, known[row.pk]) for row in rows]


def _measured_anew(rows: Sequence[Provenance]) -> Iterator[list[Measurement]]:
    start = 0
    for found in measure([row.image for row in rows]):
        chunk = rows[start : start + len(found)]
        start += len(found)
        yield [
            Measurement(provenance=row, version=VERSION, features=features, sketch=sketch)
            for row, (features, sketch) in zip(chunk, found, strict=True)
        ]


def _measured(row: Provenance, kept: Measurement) -> Measured:
    return Measured(
        features=Features.from_dict(kept.features),
        sketch=bytes(kept.sketch),
        more={name: float(value) for name, value in kept.features.items() if name not in FEATURE_NAMES},
        group=row.group,
        facts=row.facts,
    )
