"""The plan, the blinding audit and the lock."""
