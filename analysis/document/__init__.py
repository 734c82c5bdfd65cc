"""The document of a report: its classes and fields are the names of report.json."""

from analysis.document.json import to_json as to_json
from analysis.document.study import Document as Document
from analysis.document.study import SectionResult as SectionResult
from analysis.document.study import StudyFacts as StudyFacts
