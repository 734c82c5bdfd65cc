"""Unblind one image in an emergency, in two steps by two people."""
