"""Freeze a study, unblind it in two steps, and download its data."""
