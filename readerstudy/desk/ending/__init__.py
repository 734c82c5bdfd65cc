"""Freeze a study, unblind it in two steps, and export its data."""
