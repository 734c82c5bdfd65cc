"""What `results` refuses, each with its remedy."""

from readerstudy.errors import ReaderstudyError


class ResultError(ReaderstudyError):
    """The results could not be made."""


class FolderIsTaken(ResultError):
    """The output folder exists and is not empty. Name another, or empty it first."""


class StillMasked(ResultError):
    """The study is still blinded. Export it with --masked, or unblind it first."""


class StillOpen(ResultError):
    """The study is still open. Freeze it first: no answers leave the server before the freeze."""


class NoAnswers(ResultError):
    """Nobody has answered anything yet."""


class NotWhole(ResultError):
    """The study is not what its audit log says. Run manage.py check_integrity STUDY."""


class ReportRefused(ResultError):
    """The report could not be computed from these answers."""
