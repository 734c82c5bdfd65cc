"""Database triggers: what a lock makes read-only, and what is append-only."""

from readerstudy.audit.guards import Guard

CLOSED = "The study is locked; what was locked cannot change. Duplicate the study to change it."
EVERY = ("INSERT", "UPDATE", "DELETE")


def closed_by_lock(table: str, study: str) -> Guard:
    """Refuse every change to a row once its study, found by the SQL `study`, is locked."""
    return Guard(
        table=table,
        name=f"{table}_locked",
        actions=EVERY,
        message=CLOSED,
        when=f"EXISTS (SELECT 1 FROM studies_lock l WHERE l.study_id = {study})",
    )


def append_only(table: str) -> Guard:
    return Guard(table=table, name=f"{table}_append_only", message=f"Rows of {table} are only ever added.")


OF_SECTION = "(SELECT s.study_id FROM studies_section s WHERE s.id = {row}.section_id)"
OF_TRIAL = (
    "(SELECT s.study_id FROM studies_section s JOIN studies_trial t ON t.section_id = s.id "
    "WHERE t.id = {row}.trial_id)"
)

GUARDS = [
    closed_by_lock("studies_protocol", "{row}.study_id"),
    closed_by_lock("studies_section", "{row}.study_id"),
    closed_by_lock("studies_trial", OF_SECTION),
    closed_by_lock("studies_trialimage", OF_TRIAL),
    append_only("studies_lock"),
    append_only("studies_freeze"),
    append_only("studies_withdrawal"),
]


def comes_after(table: str, milestone: str, *, name: str, message: str) -> Guard:
    """Refuse a milestone of a study, a row of `table`, before another one."""
    before = f"NOT EXISTS (SELECT 1 FROM {milestone} m WHERE m.study_id = {{row}}.study_id)"
    return Guard(table=table, name=name, message=message, actions=("INSERT",), when=before)


# Of a later migration: the milestones of a study come in their order.
IN_ORDER = [
    comes_after(
        "studies_freeze",
        "studies_lock",
        name="studies_freeze_after_lock",
        message="A study is locked before it is frozen.",
    )
]

# Of a later migration: what a program that reads is made of.
PROGRAMS = [append_only("studies_program")]
DEADLINES = [append_only("studies_deadline")]
