"""The list of studies, a new one, one with its stages, and a copy of it."""
