"""Import files into a source of a study."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from django.db import transaction

from readerstudy.accounts.models import User
from readerstudy.imaging.importing import Imported, Progress, import_files
from readerstudy.imaging.manifest import Manifest, Refused
from readerstudy.imaging.models import Image
from readerstudy.imaging.naming import Naming
from readerstudy.studies.errors import StudyIsLocked
from readerstudy.studies.models import Study
from readerstudy.truth.models import Kind, Provenance, SeenFile, Source
from readerstudy.truth.quota import brought_by, held_by, require_room
from readerstudy.truth.sources import Origin, add_images, learn

BATCH = 256  # what an interrupted import reads again, at most
ELSEWHERE = "The very same image is in source {source!r} already. Take it out there, or leave it out here."
MARKED = (
    "The file says that a generative model made it. Import it into a synthetic source, not into {source!r}."
)
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
    """Import files into a source, in the study's canvas; run again, it continues where it stopped."""
    study = source.study
    if study.is_locked:
        raise StudyIsLocked
    outcomes = import_files(
        paths,
        canvas=study.protocol.document.canvas,
        by=by,
        manifest=manifest,
        naming=naming,
        stream=f"{study.scope}/import",
        seen=partial(_seen_in, study),
        on_progress=on_progress,
    )
    arrivals = _Arrivals(source=source, by=by, held=held_by(study), brought=brought_by(by))
    while batch := list(islice(outcomes, BATCH)):
        arrivals.take(batch)
    return arrivals.summary()


def _seen_in(study: Study, fingerprints: Collection[str]) -> dict[str, Image]:
    """The images of the files that this study has imported before; what others imported is not asked."""
    rows = SeenFile.objects.filter(token__in=fingerprints, provenance__source__study=study)
    keys = dict(rows.values_list("token", "provenance__image"))
    images = Image.objects.in_bulk(set(keys.values()))
    return {token: images[key] for token, key in keys.items()}


@dataclass(kw_only=True)
class _Arrivals:
    """What has come into a source so far."""

    source: Source
    by: User
    held: int
    brought: int
    refused: list[Refused] = field(default_factory=list)
    taken: int = 0
    added: int = 0
    duplicates: int = 0
    labelled: int = 0

    @transaction.atomic
    def take(self, outcomes: Sequence[Imported | Refused]) -> None:
        self.source.study.take_turn_before_lock()
        imported = [outcome for outcome in outcomes if isinstance(outcome, Imported)]
        self.refused += [outcome for outcome in outcomes if isinstance(outcome, Refused)]
        sources = self._sources_of(imported)
        own = []
        for one in self._unmarked(imported):
            source = sources.get(one.image.pk, self.source.name)
            if source == self.source.name:
                own.append(one)
            else:
                self.refused.append(Refused(file=one.file, reason=ELSEWHERE.format(source=source)))
        self.taken += len(own)
        self.duplicates += sum(bool(one.duplicate_of) for one in own)
        self.labelled += learn(self.source, map(_origin, own), by=self.by)
        self._require_room(len({one.image.pk for one in own} - sources.keys()))
        new = [_origin(one) for one in own if not (one.was_seen and one.image.pk in sources)]
        self.added += add_images(self.source, new, by=self.by)

    def _unmarked(self, imported: Sequence[Imported]) -> list[Imported]:
        """What may be in this source: a real one takes nothing that is marked as synthetic."""
        if self.source.kind != Kind.REAL:
            return list(imported)
        marked = [one for one in imported if one.facts.get("marked_synthetic")]
        reason = MARKED.format(source=self.source.name)
        self.refused += [Refused(file=one.file, reason=reason) for one in marked]
        return [one for one in imported if not one.facts.get("marked_synthetic")]

    def _require_room(self, images: int) -> None:
        """Refuse before the batch is stored; what came before it stays."""
        more = images * self.source.study.protocol.document.canvas.buffer_bytes
        self.held, self.brought = self.held + more, self.brought + more
        if more:
            require_room(self.source.study, by=self.by, held=self.held, brought=self.brought)

    def _sources_of(self, imported: Sequence[Imported]) -> dict[int, str]:
        """The images that the study has, each with its source: an image comes from one place."""
        rows = Provenance.objects.filter(source__study=self.source.study)
        rows = rows.filter(image__in=[one.image.pk for one in imported])
        return dict(rows.values_list("image_id", "source__name"))

    def summary(self) -> ImportSummary:
        return ImportSummary(
            added=self.added,
            known=self.taken - self.duplicates - self.added,
            labelled=self.labelled,
            duplicates=self.duplicates,
            refused=tuple(self.refused),
        )


def _origin(imported: Imported) -> Origin:
    """Columns of a generator's manifest that tell of its making are provenance; all others are labels."""
    labels = {key: value for key, value in imported.labels.items() if key not in OF_THE_MAKING and value}
    making: dict[str, Any] = {}
    seed = imported.labels.get("seed", "")
    # What was generated for a study has no seed in its manifest.
    if seed.isdecimal() or (not seed and imported.labels.get("checkpoint_digest")):
        columns = {key: imported.labels[key] for key in OF_THE_MAKING if imported.labels.get(key)}
        making = {"seed": int(seed) if seed else None, "conditions": labels | columns}
    return Origin(
        image=imported.image,
        labels=labels,
        group=imported.group,
        facts=imported.facts,
        fingerprint=imported.fingerprint,
        original=imported.original,
        **making,
    )
