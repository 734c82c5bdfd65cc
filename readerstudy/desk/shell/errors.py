from readerstudy.errors import ReaderstudyError


class DeskError(ReaderstudyError, code="desk_error"):
    """The desk could not do this."""


class NotStaff(DeskError, code="not_staff", status=403):
    """Only the staff of a study and people who may create studies have access to this."""
