"""Which seeds of synthetic images are told with the truth of a study.

A seed makes every image of its series again: also those that a copy shows and the study itself does not.
"""

from readerstudy.studies.family import family_of
from readerstudy.studies.models import Study
from readerstudy.truth.models import Source, Unblinding
from readerstudy.truth.secrets import pixel_seed

#: Of a source's sampler: the study from whose secret the seed of its images comes.
MADE_FOR = "made_for"
#: Of a source's sampler: of how many bits the noise of all its images comes.
NOISE_BITS = "noise_bits"


def told_seed(source: Source) -> int | None:
    """The seed that a source was generated from, as far as it is known and hides nothing any more."""
    series = source.sampler.get("series")
    if series is None:
        seed: int | None = source.sampler.get("seed")
        return seed
    if maker_of(source) != str(source.study.uuid) or _still_hides(source):
        return None
    return pixel_seed(source.study, series)


def maker_of(source: Source) -> str | None:
    """The study that a source's images were generated for; None where an older copy does not say."""
    study = source.study
    is_copy = study.copy_of_id is not None or study.rehearses_id is not None
    maker: str | None = source.sampler.get(MADE_FOR, None if is_copy else str(study.uuid))
    return maker


def told_before(study: Study) -> list[str]:
    """The sources whose seed could be told before this copy was made."""
    made_with_secrets = Source.objects.filter(study=study, sampler__series__isnull=False)
    told = Unblinding.objects.filter(at__lt=study.created_at)
    makers = {str(uuid) for uuid in told.values_list("study__uuid", flat=True)}
    return [source.name for source in made_with_secrets.select_related("study") if maker_of(source) in makers]


def from_short_noise(source: Source) -> bool:
    """Whether a source may have images of an earlier version, whose noise can be found by trying."""
    return "series" in source.sampler and NOISE_BITS not in source.sampler


def _still_hides(source: Source) -> bool:
    """Whether a copy that is not frozen may show images of the same series."""
    relatives = Study.objects.real().filter(pk__in=family_of(source.study), freeze__isnull=True)
    same = Source.objects.filter(
        study__in=relatives,
        checkpoint_digest=source.checkpoint_digest,
        sampler__series=source.sampler["series"],
    )
    others = same.exclude(study=source.study_id).select_related("study")
    return any(maker_of(other) in (None, str(source.study.uuid)) for other in others)
