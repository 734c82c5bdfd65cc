"""The protocol as a document: what a TOML text says, once it has been checked."""

from readerstudy.studies.protocol.asked import Asked
from readerstudy.studies.protocol.document import (
    Display,
    Margins,
    ProtocolDocument,
    Question,
    Reading,
    Scale,
    SectionDocument,
    SourceDocument,
)
from readerstudy.studies.protocol.parse import Examination, examine, parse_protocol
from readerstudy.studies.protocol.problems import Problem, ProtocolError

__all__ = [
    "Asked",
    "Display",
    "Examination",
    "Margins",
    "Problem",
    "ProtocolDocument",
    "ProtocolError",
    "Question",
    "Reading",
    "Scale",
    "SectionDocument",
    "SourceDocument",
    "examine",
    "parse_protocol",
]
