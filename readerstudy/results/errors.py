from readerstudy.errors import ReaderstudyError


class ResultError(ReaderstudyError, code="result_error"):
    """The results could not be made."""


class FolderIsTaken(ResultError, code="folder_is_taken"):
    """The output folder exists and is not empty. Name another, or empty it first."""


class StillMasked(ResultError, code="still_masked"):
    """The study is still blinded. Export it with --masked, or unblind it first."""


class StillOpen(ResultError, code="still_open"):
    """The study is still open. Freeze it first: no answers leave the server before the freeze."""


class NotTheMonitor(ResultError, code="not_the_monitor", status=403):
    """Only the monitor of the study looks before its end. An owner can invite one."""


class LookIsNotDue(ResultError, code="look_is_not_due"):
    """No look is due. The page of looks says at how many answers the next one is."""


class LookHasNoResult(ResultError, code="look_has_no_result"):
    """The answers give no result yet. Look again when there are more."""


class NoAnswers(ResultError, code="no_answers"):
    """Nobody has answered anything yet."""


class StaircasesWait(ResultError, code="staircases_wait"):
    """How far readers came in this study tells how often they were right. Unblind it, then export."""


class NotWhole(ResultError, code="not_whole"):
    """The study is not what its audit log says. Run manage.py check_integrity STUDY."""

    def __init__(self, message: str = "", *, for_everybody: str = "") -> None:
        super().__init__(message)
        self._for_everybody = for_everybody

    @property
    def for_everybody(self) -> str:
        """The same without the rows, which only owners are told."""
        return self._for_everybody or super().for_everybody


class ReportRefused(ResultError, code="report_refused"):
    """The report could not be computed from these answers."""


class GazeTableWrong(ResultError, code="gaze_table_wrong"):
    """The gaze table is no CSV with code, time, x and y."""
