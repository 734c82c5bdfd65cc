"""Background jobs: progress, outcome, cancellation."""
