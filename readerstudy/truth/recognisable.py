"""What a reader could recognise on the screen because it can be found or made elsewhere."""

from readerstudy.studies.models import Study
from readerstudy.truth.models import Provenance

PUBLIC = (
    "Source {name!r} is public: a reader can look its images up and tell them from the others. "
    "Use images that nobody outside has, or report it as a limitation."
)
OPEN_SEED = (
    "Images of source {name!r} were generated from a seed that stands in their manifest: whoever has the "
    "checkpoint can guess it, make the images again and recognise them. Generate them for this study instead "
    "(page Playground, or manage.py generate_synthetic --study), which draws a secret seed."
)


def recognisable(study: Study) -> list[str]:
    """A sentence for each source that readers could find or make again."""
    public = [source.name for source in study.protocol.document.sources if source.public]
    seeded = Provenance.objects.filter(source__study=study, seed__isnull=False).order_by("source__position")
    names = dict.fromkeys(seeded.values_list("source__name", flat=True))
    return [
        *(PUBLIC.format(name=name) for name in public),
        *(OPEN_SEED.format(name=name) for name in names),
    ]
