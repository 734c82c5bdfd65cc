"""What the report says of the allocation plan, and of studies that show the same images."""

from analysis.document import Document

COMPUTABLE = (
    "Plan computable from the protocol: the study was locked before plans were drawn from a secret, so "
    "whoever knew the protocol could compute which images are real."
)


def plan_notice(document: Document) -> str:
    """What stands above everything else; empty where the plan was secret and nobody else reads the images."""
    study, said = document.study.raw, []
    if study.get("plan_computable_from_protocol") is True:
        said.append(COMPUTABLE)
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


def _several(made: object) -> bool:
    return isinstance(made, int) and not isinstance(made, bool) and made > 1
