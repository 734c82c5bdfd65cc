"""Images of a demo: phantoms or the user's own as real ones, a model's or soft phantoms as synthetic ones."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.util import find_spec
from pathlib import Path

from django.conf import settings

from readerstudy.accounts.models import User
from readerstudy.desk.demo.labels import labels_of
from readerstudy.desk.demo.real_images import RealImages
from readerstudy.desk.demo.recipes import Recipe
from readerstudy.errors import ReaderstudyError
from readerstudy.imaging.manifest import Manifest
from readerstudy.studies.models import Study
from readerstudy.studies.protocol import ProtocolDocument
from readerstudy.synthesis.add_to_source import add_to_source
from readerstudy.synthesis.generate import generate, model_size, request_of
from readerstudy.synthesis.phantoms import MODELLED, PhantomRequest, make_phantoms
from readerstudy.truth.import_images import import_images
from readerstudy.truth.models import Provenance, Source
from readerstudy.truth.sources import source_of

PHANTOM_SEED = 2026
LEAST_SOFTENING, MORE_SOFTENING = 0.5, 0.25
Steps = Callable[[str, str], Callable[[int, int], None]]


def bring_images(study: Study, recipe: Recipe, *, by: User, steps: Steps, data: RealImages | None) -> None:
    """Fill every source of a study up to what its protocol needs."""
    bringing = _Bringing(study=study, recipe=recipe, by=by, steps=steps)
    document = study.protocol.document
    for number, source in enumerate(document.sources):
        needed = document.images_needed(source.name)
        if Provenance.objects.filter(source__study=study, source__name=source.name).count() >= needed:
            continue
        if source.name in recipe.sampling and find_spec("torch"):
            bringing.generate(source.name, needed)
        elif source.kind == "real" and data is not None:
            tell = steps(f"Import {data.folder}", "image")
            paths, manifest = data.chosen(needed)
            import_images(source_of(study, source.name), paths, by=by, manifest=manifest, on_progress=tell)
        else:
            bringing.stand_in(source.name, needed, number)


def kind_of(document: ProtocolDocument) -> str:
    """The phantoms that fit a canvas: skin where it has colours, a heart or a chest where it has frames."""
    canvas = document.canvas
    if canvas.frames > 1:
        return "cine" if canvas.play == "cine" else "volume"
    return "lesion" if canvas.mode == "colour" else MODELLED


class StandInRefused(ReaderstudyError, code="stand_in_refused"):
    """A phantom does not fit the canvas of the protocol."""


@dataclass(frozen=True, kw_only=True)
class _Bringing:
    study: Study
    recipe: Recipe
    by: User
    steps: Steps

    def generate(self, source: str, count: int) -> None:
        """Generate images with the bundled model; studies of one protocol share them."""
        tell = self.steps(f"Generate {source}", "image")
        out = Path(settings.HOME) / "demo" / self.recipe.name / source
        request = request_of({**self.recipe.sampling[source], "count": count, "out": out})
        summary = generate(request, on_progress=lambda progress: tell(progress.done, progress.total))
        add_to_source(source_of(self.study, source), request, summary, by=self.by)

    def stand_in(self, source: str, count: int, number: int) -> None:
        """Import phantoms: as they are for a real source, the softer the later a synthetic one is listed."""
        document = self.study.protocol.document
        target: Source = source_of(self.study, source)
        tell = self.steps(f"Make phantoms for {source}", "image")
        out, known = make_phantoms(
            self._request(document, count, number, real=target.kind == "real"),
            Path(settings.HOME) / "demo" / "phantoms",
            on_progress=tell,
        )
        rows = [
            replace(row, labels=labels_of(document, index, row.labels))
            for index, row in enumerate(map(known.row_of, known.files))
            if row is not None
        ]
        summary = import_images(target, [out], by=self.by, manifest=Manifest(rows))
        if summary.refused:
            raise StandInRefused(f"{summary.refused[0].file}: {summary.refused[0].reason}")

    def _request(self, document: ProtocolDocument, count: int, number: int, *, real: bool) -> PhantomRequest:
        """At the size of the model's images where it made the other arm, so that both are resampled alike."""
        canvas = document.canvas
        return PhantomRequest(
            kind=self.recipe.phantoms or kind_of(document),
            count=count,
            size=model_size() if self.recipe.sampling else max(canvas.width, canvas.height),
            frames=canvas.frames,
            seed=PHANTOM_SEED if real and not number else PHANTOM_SEED + number,
            colour=canvas.mode == "colour",
            soften=0.0 if real else LEAST_SOFTENING + MORE_SOFTENING * number,
        )
