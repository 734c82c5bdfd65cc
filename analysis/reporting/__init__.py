"""The report of a study: one document, many forms."""

from analysis.reporting.report import FORMATS, OutputError, Report, report

__all__ = ["FORMATS", "OutputError", "Report", "report"]
