"""Read what the result page shows of a report."""

from dataclasses import dataclass
from typing import Any

from readerstudy.results.cases import Case, SeenImage, counting_section, gallery
from readerstudy.studies.models import Enrolment, Section, Study
from readerstudy.truth.blinding.gate import newest_audit

#: Among so many cases, those that fooled most come first.
MOST_CASES, MOST_SHOWN = 24, 8

#: A report is one self-contained page with its own styles; the sandbox keeps it from anything else.
SANDBOX = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; font-src data:"


def by_title(study: Study, report: dict[str, Any] | None) -> list[dict[str, Any]]:
    """The sections of a report as readers know them."""
    titles = {section.name: section.title for section in study.protocol.document.sections}
    sections = report["sections"] if report else {}
    return [
        {"name": name, "title": titles.get(name, name), "found": found} for name, found in sections.items()
    ]


def virtual_readers(study: Study) -> int:
    """Return how many of the current readers are virtual, as the page's frame counts them."""
    return Enrolment.objects.filter(study=study, virtual=True).readers().current().count()


@dataclass(frozen=True, kw_only=True)
class Fooling:
    """Synthetic images that most readers took for real, with the cases that show them."""

    section: Section
    title: str
    images: list[tuple[Case, SeenImage]]


def fooling_most(study: Study) -> Fooling | None:
    """Return those of the first section in which readers say what is real."""
    for document in study.protocol.document.sections:
        section = counting_section(study, document.name)
        if document.task not in ("pick_real", "call") or section is None:
            continue
        cases = gallery(study, section, most=MOST_CASES).cases
        images = [
            (case, max(synthetic, key=lambda image: image.votes))
            for case in cases
            if (synthetic := [image for image in case.images if not image.real and image.votes])
        ]
        images.sort(key=lambda pair: -pair[1].votes)
        return Fooling(section=section, title=document.title, images=images[:MOST_SHOWN]) if images else None
    return None


def citation_of(study: Study) -> str:
    """Return how to cite the result, with what it can be checked against."""
    audit, lock = newest_audit(study), study.lock
    overridden = " Blinding audit failed and overridden." if audit and hasattr(audit, "override") else ""
    stop = "" if study.title.endswith((".", "?", "!")) else "."
    return (
        f"{study.title}{stop} Reader study, locked {lock.at:%-d %B %Y}, plan {lock.plan_digest[:16]}, "
        f"data {study.freeze.data_digest[:16]}.{overridden}"
    )
