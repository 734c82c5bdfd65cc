"""Readers who do not exist: they know the truth, and use it as far as their skill goes."""

from readerstudy.truth.virtual.mind import Mind, Screen, Seen, Skill

__all__ = ["Mind", "Screen", "Seen", "Skill"]
