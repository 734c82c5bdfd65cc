"""Import files into a source of a study."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from readerstudy.accounts.models import User
from readerstudy.imaging.importing import Imported, Progress, Refused, import_files
from readerstudy.imaging.manifest import Manifest
from readerstudy.imaging.naming import Naming
from readerstudy.studies.errors import StudyIsLocked
from readerstudy.truth.models import Source
from readerstudy.truth.sources import Origin, add_images, learn_labels

BATCH = 500
OF_THE_MAKING = ("index", "seed", "checkpoint_digest", "sampler", "steps", "guidance", "precision", "sha256")


@dataclass(frozen=True, kw_only=True)
class ImportSummary:
    """What became of the files. `labelled`: images that were there without labels and have them now."""

    added: int
    known: int
    labelled: int
    duplicates: int
    refused: tuple[Refused, ...]


def import_images(
    source: Source,
    paths: Iterable[str | Path],
    *,
    by: User,
    manifest: Manifest | Path | None = None,
    naming: Naming | None = None,
    on_progress: Progress | None = None,
) -> ImportSummary:
    """Bring files into the study's canvas and into the source; doing it again goes on where it stopped."""
    if source.study.is_locked:
        raise StudyIsLocked
    outcomes = import_files(
        paths,
        canvas=source.study.protocol.document.canvas,
        by=by,
        manifest=manifest,
        naming=naming,
        stream=f"{source.study.scope}/import",
        on_progress=on_progress,
    )
    refused: list[Refused] = []
    batch: list[Origin] = []
    added = taken = duplicates = labelled = 0
    for outcome in outcomes:
        if isinstance(outcome, Refused):
            refused.append(outcome)
            continue
        taken += 1
        duplicates += bool(outcome.duplicate_of)
        batch.append(_origin(outcome))
        if len(batch) == BATCH:
            labelled += learn_labels(source, batch, by=by)
            added += add_images(source, batch, by=by)
            batch = []
    labelled += learn_labels(source, batch, by=by)
    added += add_images(source, batch, by=by)
    known = taken - duplicates - added
    return ImportSummary(
        added=added, known=known, labelled=labelled, duplicates=duplicates, refused=tuple(refused)
    )


def _origin(imported: Imported) -> Origin:
    """Columns of a generator's manifest that tell of its making are provenance; all others are labels."""
    labels = {key: value for key, value in imported.labels.items() if key not in OF_THE_MAKING and value}
    seed = imported.labels.get("seed", "")
    if not seed.isdecimal():
        return Origin(image=imported.image, labels=labels)
    making = {key: imported.labels[key] for key in OF_THE_MAKING if key in imported.labels}
    return Origin(image=imported.image, labels=labels, seed=int(seed), conditions=labels | making)
