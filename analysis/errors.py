"""The errors of the analysis, one tree: each class's docstring is its message, with the remedy."""

import inspect


class AnalysisError(Exception):
    """The analysis could not be done; look at what the message names and run it again."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((inspect.getdoc(type(self)) or "").split()))


class WrongCountError(AnalysisError, ValueError):
    """A count is impossible: give whole numbers with 0 <= successes <= answers."""


class WrongProbabilityError(AnalysisError, ValueError):
    """A probability is out of range: give a number between 0 and 1."""


class WrongLevelError(AnalysisError, ValueError):
    """A confidence level is out of range: give a number between 0 and 1, for example 0.95."""


class WrongMarginError(AnalysisError, ValueError):
    """An equivalence margin has to be a positive number, fixed in the protocol before the data are seen."""


class WrongShapeError(AnalysisError, ValueError):
    """The data have the wrong shape: give a table with one row a reader and one column a case."""


class WrongValueError(AnalysisError, ValueError):
    """A value is not allowed here: look at the message for what is."""


class UnknownChoiceError(AnalysisError, ValueError):
    """A method or option is unknown: look at the message for the known ones."""


class DuplicateAnswerError(AnalysisError, ValueError):
    """A reader answered one case twice: keep one answer, and analyse repeats apart."""


class NothingToAnalyseError(AnalysisError, ValueError):
    """There is no answer to analyse: give at least one."""


class TooLargeError(AnalysisError, ValueError):
    """The exact distribution is too large to enumerate: take the asymptotic method."""
