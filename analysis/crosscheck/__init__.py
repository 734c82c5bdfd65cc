"""Compare the report's numbers with those of other programs, which run in a separate process."""
