"""Translations of what readers meet, and their formats of dates."""
