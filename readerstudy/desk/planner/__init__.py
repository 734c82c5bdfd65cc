"""Plan the size of a study before anybody reads."""
