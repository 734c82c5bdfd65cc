"""Interim looks: the monitor takes them, the staff learn whether the study continues."""
