"""Readers who do not exist: they know the truth, and use it as far as their skill goes."""

from readerstudy.truth.virtual.reader import Screen, Seen, Skill, VirtualReader

__all__ = ["Screen", "Seen", "Skill", "VirtualReader"]
