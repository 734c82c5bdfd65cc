"""The answer. Nothing below this room can import it, and every key that points down is one-way."""

from readerstudy.truth.models.disclosure import Disclosure, DisclosureRequest
from readerstudy.truth.models.plan import Key, Plan
from readerstudy.truth.models.seal import TruthSeal
from readerstudy.truth.models.secrets import StudySecrets
from readerstudy.truth.models.source import Kind, Measurement, Provenance, SeenFile, Source
from readerstudy.truth.models.unblinding import (
    BlindingAudit,
    BlindingOverride,
    SharedImagesApproval,
    Unblinding,
    UnblindingRequest,
)
