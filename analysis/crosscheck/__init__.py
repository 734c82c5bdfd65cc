"""A second opinion: the report's numbers beside those of other programs, run in a process of their own."""
