"""Looks before the end: the monitor takes them, the staff learn whether the study goes on."""
