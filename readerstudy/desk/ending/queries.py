"""The state of a study's unblinding."""

from dataclasses import dataclass

from readerstudy.studies.models import Study
from readerstudy.truth.models import Unblinding, UnblindingRequest


@dataclass(frozen=True, kw_only=True)
class UnblindingSteps:
    asked: UnblindingRequest | None
    unblinded: Unblinding | None


def unblinding_of(study: Study) -> UnblindingSteps:
    return UnblindingSteps(
        asked=UnblindingRequest.objects.filter(study=study).select_related("by").first(),
        unblinded=Unblinding.objects.filter(study=study).select_related("by").first(),
    )
