"""Of which version features are, for whoever reads stored ones and need not load what measures them."""

VERSION = 3
