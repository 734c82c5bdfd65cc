"""Watch a study being read: progress, never accuracy; and the log of what happened."""
