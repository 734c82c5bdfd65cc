"""What the report says of the plan, of images that readers could find, and of studies that share them."""

from collections.abc import Iterator

from analysis.document import Document
from analysis.reporting.words import listed

COMPUTABLE = (
    "Plan computable from the protocol: the study was locked before plans were drawn from a secret, so "
    "whoever knew the protocol could compute which images are real."
)
#: By why, as study.json names it. A public collection is a choice; the others are secrets that were none.
FINDABLE = {
    "public": "The images of {names} are public: readers could look them up and recognise them.",
    "open_seed": (
        "The seeds of the images of {names} came with them: readers with the checkpoint could generate these "
        "images again and recognise them."
    ),
    "told_seed": (
        "The seed of the images of {names} had been told by the bundle of another study: readers with the "
        "checkpoint could generate these images again and recognise them."
    ),
    "short_noise": (
        "The images of {names} were generated from noise of 32 bits: readers with the checkpoint could find "
        "it and so tell these images from real ones."
    ),
}


def plan_notice(document: Document) -> str:
    """What stands above everything else; empty where the plan was secret and nobody else reads the images."""
    study, said = document.study.raw, []
    if study.get("plan_computable_from_protocol") is True:
        said.append(COMPUTABLE)
    said += _findable(document, *(why for why in FINDABLE if why != "public"))
    others = study.get("shares_images_with")
    if isinstance(others, list) and others:
        names = ", ".join(map(str, others))
        said.append(
            "Images of this study were also shown in studies that were still being read when this report "
            f"was written: {names}. Their readers must not see it."
        )
    return " ".join(said)


def plan_method(document: Document) -> str:
    """The sentence for the methods."""
    study = document.study.raw
    if not isinstance(study.get("commitment"), str) or study.get("plan_computable_from_protocol") is True:
        return ""
    made = study.get("allocations")
    again = f" Before the lock {made} plans were made; the last one counts." if _several(made) else ""
    return (
        "Orders and slots were drawn from a random secret, to which the study was committed when it was "
        f"created (SHA-256 {study['commitment']}).{again}"
    )


def findable_method(document: Document) -> str:
    """Every reason for which readers could recognise images, for the methods."""
    return " ".join(_findable(document, *FINDABLE))


def _findable(document: Document, *reasons: str) -> Iterator[str]:
    found = document.study.raw.get("findable")
    for why in reasons:
        names = found.get(why) if isinstance(found, dict) else None
        if isinstance(names, list) and names:
            yield FINDABLE[why].format(names=listed(list(map(str, names))))


def _several(made: object) -> bool:
    return isinstance(made, int) and not isinstance(made, bool) and made > 1
