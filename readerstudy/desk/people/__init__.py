"""Invite, remind, replace and withdraw people."""
