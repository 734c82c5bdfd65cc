"""Make the whole plan."""

from collections.abc import Mapping, Sequence

from readerstudy.studies.protocol import ProtocolDocument
from readerstudy.truth.allocation.document import PlanDocument, PlannedSection, Pooled, pool_digest
from readerstudy.truth.allocation.labels import check_labels
from readerstudy.truth.allocation.places import make_places
from readerstudy.truth.allocation.trials import TrialMaker


def make_plan(
    protocol: ProtocolDocument, protocol_digest: str, images: Mapping[str, Sequence[Pooled]], *, key: bytes
) -> PlanDocument:
    """Return the plan of a protocol over the images of its sources, with every order drawn from `key`.

    Raises LabelsDoNotFit or NotEnoughImages if the images cannot give what the protocol asks for.
    """
    maker = TrialMaker(protocol, images, key)
    check_labels(protocol, images)
    made = maker.all_trials()
    sections = [
        PlannedSection(
            name=section.name,
            task=section.task,
            practice=section.practice,
            trials=tuple(made[section.name]),
            places=make_places(protocol, section, made[section.name], key),
        )
        for section in protocol.sections
    ]
    return PlanDocument(
        protocol_digest=protocol_digest, pool=pool_digest(images, key), sections=tuple(sections)
    )
