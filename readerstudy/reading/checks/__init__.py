"""Whether an answer fits what was asked: one check over all items of a section, whatever their kind."""

from readerstudy.reading.checks.screen import Screen
