"""Make the whole plan."""

from collections.abc import Mapping, Sequence

from readerstudy.studies.protocol import ProtocolDocument
from readerstudy.truth.allocation.document import PlanDocument, PlannedSection, Pooled
from readerstudy.truth.allocation.places import make_place
from readerstudy.truth.allocation.trials import Pools, make_trials


def make_plan(
    protocol: ProtocolDocument, protocol_digest: str, images: Mapping[str, Sequence[Pooled]]
) -> PlanDocument:
    """The plan of a protocol over the images of its sources.

    Raises NotEnoughImages if a source cannot give what the protocol asks for.
    """
    pools = Pools(protocol, images)
    real = frozenset(source.name for source in protocol.sources if source.kind == "real")
    sections = []
    for section in protocol.sections:
        trials = tuple(make_trials(protocol, section, pools))
        places = tuple(
            make_place(protocol, section, trials, place, real) for place in range(1, protocol.places + 1)
        )
        sections.append(
            PlannedSection(
                name=section.name,
                task=section.task,
                practice=section.practice,
                trials=trials,
                places=places,
            )
        )
    return PlanDocument(protocol_digest=protocol_digest, seed=protocol.seed, sections=tuple(sections))
