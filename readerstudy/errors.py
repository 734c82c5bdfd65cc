"""The root of the platform's error tree. Each room hangs its own branch on it."""

import inspect


class ReaderstudyError(Exception):
    """The platform could not do this."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or " ".join(inspect.cleandoc(self.__doc__ or "").split()))
