"""How good are the images: distance, coverage, copies, labels, use, and what a machine reader sees."""
