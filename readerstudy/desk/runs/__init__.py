"""Long work: how far it is, how it ended, and a way to stop it."""
