"""Import generated images into a source of a study, with their provenance."""

from dataclasses import asdict

from generation import SampleRequest, SampleSummary
from readerstudy.accounts.models import User
from readerstudy.truth.import_images import ImportSummary, import_images
from readerstudy.truth.models import Source
from readerstudy.truth.sources import describe_generator
from readerstudy.truth.told_seeds import MADE_FOR, NOISE_BITS, from_short_noise

_SAMPLER = (
    *("sampler", "steps", "guidance", "guidance_rescale", "guidance_interval", "seed"),
    *("precision", "compiled", "backend"),
)


def add_to_source(
    source: Source, request: SampleRequest, summary: SampleSummary, *, by: User, series: int | None = None
) -> ImportSummary:
    """Import what was generated into a source, and describe its generator there.

    `series`: with a seed from the study's secret, which the description leaves out.
    """
    has_others = from_short_noise(source)  # until it is emptied
    imported = import_images(source, [request.out], by=by, manifest=summary.manifest)
    sampler = {key: value for key, value in asdict(request).items() if key in _SAMPLER}
    if request.hidden_seed:
        del sampler["seed"]
        sampler["series"] = series
        sampler[MADE_FOR] = str(source.study.uuid)
        if not has_others:
            sampler[NOISE_BITS] = 128
    describe_generator(
        source,
        by=by,
        checkpoint_digest=summary.checkpoint_digest,
        sampler=sampler | {"conditions": dict(request.conditions)},
        generated=summary.total,
        rejected=source.rejected or 0,
        rejection_rule=source.rejection_rule or "None: every image that was generated is in the source.",
    )
    return imported
