"""Warn of sections from which no report can be made: one trial says nothing about others."""

from collections.abc import Iterator, Sequence

from readerstudy.studies.protocol.lines import Lines
from readerstudy.studies.protocol.problems import Problem
from readerstudy.studies.protocol.sections import ReadSection

#: Tasks whose answers are of a trial; those of the others are of an image.
_OF_TRIALS = {"pick_real", "ask"}


def single_trials(sections: Sequence[ReadSection], lines: Lines) -> Iterator[Problem]:
    """Return a warning for each section that counts and has a single trial, or a single image."""
    for one in sections:
        section = one.section
        units = section.trials if section.task in _OF_TRIALS else section.trials * section.alternatives
        if units == 1 and section.alternatives and not section.practice:
            path = f"{one.table.path}.trials"
            sentence = "is 1; a report needs at least two trials in each section. Plan more, or leave it out."
            yield Problem(field=path, sentence=sentence, line=lines.of(path))
