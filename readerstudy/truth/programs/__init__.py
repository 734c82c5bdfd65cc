"""Programs that read. `reading.py` runs in a process of its own, without Django, database or settings."""
