"""The protocol as a document: what a TOML text says, once it has been checked."""

from readerstudy.studies.protocol.asked import Asked
from readerstudy.studies.protocol.document import (
    ArmDocument,
    Display,
    EndpointDocument,
    Looks,
    Margins,
    ProtocolDocument,
    Question,
    Reading,
    ScreenDocument,
    SectionDocument,
    SourceDocument,
)
from readerstudy.studies.protocol.items import Condition, Item, Option, Scale, Staircase
from readerstudy.studies.protocol.parse import Examination, examine, parse_protocol
from readerstudy.studies.protocol.problems import Problem, ProtocolError
from readerstudy.studies.protocol.words import Words
