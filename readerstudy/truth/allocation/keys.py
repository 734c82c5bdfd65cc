"""What the plan secret of a study is used for, and the commitment to it. No Django, like all of this room."""

import hashlib

#: Purposes of the keys derived from the plan secret: drawing the plan, and naming it by its digest.
PLAN = "plan"
PLAN_DIGEST = "plan digest"


def commitment(study_uuid: str, plan_secret: bytes) -> str:
    """SHA-256 of a labelled text. It shows, once the secret is told, that it was this one all along."""
    text = f"readerstudy plan secret\nstudy {study_uuid}\nsecret {plan_secret.hex()}\n"
    return hashlib.sha256(text.encode()).hexdigest()
