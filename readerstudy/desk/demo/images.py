"""A demonstration's images: phantoms or the user's own as real ones, the bundled model's as synthetic."""

from collections.abc import Callable
from pathlib import Path

from django.conf import settings

from readerstudy.accounts.models import User
from readerstudy.desk.demo.real_images import RealImages
from readerstudy.desk.demo.recipes import Recipe
from readerstudy.studies.models import Study
from readerstudy.synthesis.add_to_source import add_to_source
from readerstudy.synthesis.generate import generate, model_size, request_of
from readerstudy.synthesis.phantoms import make_phantoms
from readerstudy.truth.import_images import import_images
from readerstudy.truth.models import Provenance, Source
from readerstudy.truth.sources import source_of

PHANTOM_SEED = 2026


def bring_images(
    study: Study,
    recipe: Recipe,
    *,
    by: User,
    steps: Callable[[str, str], Callable[[int, int], None]],
    data: RealImages | None,
) -> None:
    """Fill every source of a study up to what its protocol needs."""
    document = study.protocol.document
    for source in document.sources:
        needed = document.images_needed(source.name)
        have = Provenance.objects.filter(source__study=study, source__name=source.name).count()
        if have >= needed:
            continue
        if source.kind == "synthetic":
            tell = steps(f"Generate {source.name}", "image")
            _synthetic(source_of(study, source.name), recipe, needed, by=by, tell=tell)
        elif data is not None:
            tell = steps(f"Import {data.folder}", "image")
            paths, manifest = data.chosen(needed)
            import_images(source_of(study, source.name), paths, by=by, manifest=manifest, on_progress=tell)
        else:
            _phantoms(study, source.name, needed, by=by, tell=steps("Make phantoms", "image"))


def _phantoms(study: Study, source: str, count: int, *, by: User, tell: Callable[[int, int], None]) -> None:
    """At the size of the model's images, so that both arms are resampled alike."""
    folder = Path(settings.HOME) / "demo" / f"phantoms-{count}"
    manifest = make_phantoms(folder, count=count, size=model_size(), seed=PHANTOM_SEED, on_progress=tell)
    import_images(source_of(study, source), [folder], by=by, manifest=manifest)


def _synthetic(
    source: Source, recipe: Recipe, count: int, *, by: User, tell: Callable[[int, int], None]
) -> None:
    """Studies after one protocol share what was generated for it."""
    out = Path(settings.HOME) / "demo" / recipe.name / source.name
    request = request_of({**recipe.sampling[source.name], "count": count, "out": out})
    summary = generate(request, on_progress=lambda progress: tell(progress.done, progress.total))
    add_to_source(source, request, summary, by=by)
