"""Train, sample, measure and release synthetic radiographs. Runs without Django and without a database."""
