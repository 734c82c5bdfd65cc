"""Answers are append-only and end with the freeze; presentations end with the lock."""

from readerstudy.audit.guards import Guard
from readerstudy.studies.guards import OF_SECTION, append_only, closed_by_lock

OF_PRESENTATION = (
    "(SELECT s.study_id FROM studies_section s JOIN reading_presentation p ON p.section_id = s.id "
    "WHERE p.id = {row}.presentation_id)"
)

GUARDS = [
    closed_by_lock("reading_presentation", OF_SECTION),
    closed_by_lock("reading_slot", OF_PRESENTATION),
    Guard(
        table="reading_response",
        name="reading_response_frozen",
        actions=("INSERT",),
        message="The study is frozen; no answer is taken any more.",
        when=f"EXISTS (SELECT 1 FROM studies_freeze f WHERE f.study_id = {OF_PRESENTATION})",
    ),
    *(
        append_only(f"reading_{name}")
        for name in ("response", "rating", "reason", "submission", "consent", "questionnaire", "activity")
    ),
]

# Of tables that came later; a migration of their own installs them.
STEP_ROWS = [append_only(f"reading_{name}") for name in ("briefing", "practiceround")]
DEBRIEFINGS = [append_only("reading_debriefing")]
EARLY_ENDS = [append_only("reading_earlyend")]
FETCHES = [append_only("reading_fetch")]
CONCERNS = [append_only("reading_concern")]
