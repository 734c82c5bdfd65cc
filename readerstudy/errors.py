"""The root of the platform's error tree. Each room hangs its own branch on it."""

import inspect
from collections.abc import Callable
from typing import Any, ClassVar


class ReaderstudyError(Exception):
    """The platform could not do this."""

    # What programs are told: `class NoPlan(TruthError, code="no_plan", status=409)`. Subclasses inherit both.
    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 409
    # Django's gettext where Django runs; third parties do without.
    translate: ClassVar[Callable[[str], str]] = str

    def __init_subclass__(cls, *, code: str = "", status: int = 0, **others: Any) -> None:
        super().__init_subclass__(**others)
        cls.code = code or cls.code
        cls.status = status or cls.status

    def __init__(self, message: str = "") -> None:
        sentence = " ".join(inspect.cleandoc(self.__doc__ or "").split())
        super().__init__(message or (type(self).translate(sentence) if sentence else ""))

    @property
    def for_everybody(self) -> str:
        """What everybody who works on a study may read of it, in the row of a run or in the log."""
        return str(self)

    @property
    def details(self) -> dict[str, Any]:
        """What programs are told beside sentence and code."""
        return {}
