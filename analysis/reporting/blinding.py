"""Sentences on the blinding audit. A failed audit must never look like one that passed."""

from collections.abc import Sequence

from analysis.bundle.study import BlindingAudit, Disclosure
from analysis.document import Document


def audit_notice(document: Document) -> str:
    """Return the notice at the top of the report if the audit failed, else an empty text."""
    audit = _audit(document)
    if audit is None or audit.passed:
        return ""
    said = f"The blinding audit of this study failed. {audit.sentence}".strip()
    if audit.override is None:
        return said
    return f"{said} The study was locked all the same; the reason given: “{audit.override}”."


def audit_head(document: Document) -> str:
    """Return the words beside the title on every printed page."""
    return "blinding audit failed" if audit_notice(document) else ""


def audit_method(document: Document) -> str:
    """The sentence for the methods."""
    audit = _audit(document)
    if audit is None:
        return ""
    if audit.passed:
        return f"A blinding audit before the lock passed. {audit.sentence}".strip()
    return audit_notice(document)


def disclosed(document: Document) -> str:
    """The sentences on images whose kind was disclosed before the unblinding; empty where none was."""
    found = document.study.disclosures
    while_read = [one for one in found if not one.after_freeze]
    late = [one for one in found if one.after_freeze]
    said = []
    if while_read:
        said.append(
            f"In an emergency the kind of {_images(while_read)} disclosed to somebody outside the study "
            f"before the unblinding ({_where(while_read)}). Trials with a disclosed image are left out of "
            "every analysis."
        )
    if late:
        said.append(
            f"After the freeze the kind of {_images(late)} disclosed to somebody outside the study "
            f"({_where(late)}). All answers had been given, so these trials are left out of masked bundles "
            "only."
        )
    return " ".join(said)


def _images(found: Sequence[Disclosure]) -> str:
    return "one image was" if len(found) == 1 else f"{len(found)} images were"


def _where(found: Sequence[Disclosure]) -> str:
    return "; ".join(f"in section {one.section}: {one.reason}" for one in found)


def known_elsewhere(document: Document) -> str:
    """The sentence on readers who know images from elsewhere; empty where there are none."""
    found = document.study.known_elsewhere
    if not found:
        return ""
    said = ", ".join(f"{one.reader} {one.images}" for one in found)
    readers = "One reader" if len(found) == 1 else f"{len(found)} readers"
    return (
        f"{readers} could know from another study, or from an emergency unblinding, what some of the images "
        f"that they read are (reader and number of images: {said}). Their answers are not left out."
    )


def _audit(document: Document) -> BlindingAudit | None:
    return document.study.blinding_audit
