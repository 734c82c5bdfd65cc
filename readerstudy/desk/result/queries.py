"""What is shown of a report."""

from typing import Any

from readerstudy.studies.models import Study

#: A report is one self-contained page with its own styles; the sandbox keeps it from anything else.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


def by_title(study: Study, report: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The sections of a report as readers know them."""
    titles = {section.name: section.title for section in study.protocol.document.sections}
    sections = report["sections"] if report else {}
    return [
        {"name": name, "title": titles.get(name, name), "found": found} for name, found in sections.items()
    ]
