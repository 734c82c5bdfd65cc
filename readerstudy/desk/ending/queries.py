"""The state of a study's unblinding."""

from dataclasses import dataclass

from readerstudy.studies.models import Freeze, Study
from readerstudy.truth.models import Unblinding, UnblindingRequest
from readerstudy.truth.unblind import is_unblinded


@dataclass(frozen=True, kw_only=True)
class UnblindingSteps:
    asked: UnblindingRequest | None
    unblinded: Unblinding | None


def unblinding_of(study: Study) -> UnblindingSteps:
    return UnblindingSteps(
        asked=UnblindingRequest.objects.filter(study=study).select_related("by").first(),
        unblinded=Unblinding.objects.filter(study=study).select_related("by").first(),
    )


def responses_told(freeze: Freeze) -> int | None:
    """How many answers were frozen; None as long as that tells how often readers were right."""
    tells = any(section.length_tells for section in freeze.study.protocol.document.sections)
    return None if tells and not is_unblinded(freeze.study) else freeze.responses
