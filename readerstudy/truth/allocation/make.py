"""Make the whole plan."""

from collections.abc import Mapping, Sequence

from readerstudy.studies.protocol import ProtocolDocument
from readerstudy.truth.allocation.document import PlanDocument, PlannedSection, Pooled, pool_digest
from readerstudy.truth.allocation.places import make_places
from readerstudy.truth.allocation.trials import Pools, make_trials


def make_plan(
    protocol: ProtocolDocument, protocol_digest: str, images: Mapping[str, Sequence[Pooled]], *, key: bytes
) -> PlanDocument:
    """Return the plan of a protocol over the images of its sources, with every order drawn from `key`.

    Raises NotEnoughImages if a source cannot give what the protocol asks for.
    """
    pools = Pools(protocol, images, key)
    sections = []
    for section in protocol.sections:
        trials = tuple(make_trials(protocol, section, pools, key))
        sections.append(
            PlannedSection(
                name=section.name,
                task=section.task,
                practice=section.practice,
                trials=trials,
                places=make_places(section, trials, protocol.places, key),
            )
        )
    return PlanDocument(
        protocol_digest=protocol_digest, pool=pool_digest(images, key), sections=tuple(sections)
    )
