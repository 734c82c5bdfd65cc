"""Database triggers: gaze tables and interim looks are append-only."""

from readerstudy.studies.guards import append_only

GAZE = [append_only(f"results_{name}") for name in ("gazetable", "gaze")]

# Of a later migration.
INTERIM = [append_only("results_interimlook")]
