"""The report of an unblinded study, on screen and as files."""
