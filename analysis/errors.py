"""The errors of the analysis, one tree: each class's docstring is its message, with the remedy."""

import inspect


class AnalysisError(Exception):
    """The analysis could not be done; look at what the message names and run it again."""

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or " ".join((inspect.getdoc(type(self)) or "").split()))
