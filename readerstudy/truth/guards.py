"""Truth closes with the lock; what was decided about it is append-only."""

from readerstudy.audit.guards import Guard
from readerstudy.studies.guards import append_only, closed_by_lock, comes_after

OF_SOURCE = "(SELECT s.study_id FROM truth_source s WHERE s.id = {row}.source_id)"
OF_TRIAL_IMAGE = (
    "(SELECT s.study_id FROM studies_section s JOIN studies_trial t ON t.section_id = s.id "
    "JOIN studies_trialimage i ON i.trial_id = t.id WHERE i.id = {row}.trial_image_id)"
)

GUARDS = [
    closed_by_lock("truth_source", "{row}.study_id"),
    closed_by_lock("truth_provenance", OF_SOURCE),
    closed_by_lock("truth_plan", "{row}.study_id"),
    closed_by_lock("truth_key", OF_TRIAL_IMAGE),
    *(
        append_only(f"truth_{name}")
        for name in ("blindingaudit", "blindingoverride", "unblindingrequest", "unblinding")
    ),
]

# Of a later migration: what the truth was at the lock.
SEALED = [closed_by_lock("truth_truthseal", "{row}.study_id")]

# Of a later migration: whoever was told of an image stays on record.
TOLD = [append_only(f"truth_{name}") for name in ("disclosurerequest", "disclosure")]

# Of a later migration: no answer comes after the truth.
IN_ORDER = [
    comes_after(
        f"truth_{step}",
        "studies_freeze",
        name=f"truth_{step}_after_freeze",
        message="A study is frozen before it is unblinded: answers must not come after the truth.",
    )
    for step in ("unblindingrequest", "unblinding")
]

# Of a later migration.
APPROVED = [append_only("truth_disclosureapproval")]

# Of a later migration. An update stays possible, so that secrets can be sealed under a new key; that the plan
# secret is still the one of the creation is shown by its commitment.
KEPT = [
    Guard(
        table="truth_studysecrets",
        name="truth_studysecrets_kept",
        actions=("DELETE",),
        message="A study keeps its secrets: without them its plan cannot be checked.",
    )
]
