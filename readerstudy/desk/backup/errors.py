from readerstudy.errors import ReaderstudyError


class BackupError(ReaderstudyError, code="backup_error"):
    """The backup could not be written or read."""


class AlreadyThere(BackupError, code="already_there"):
    """The file exists already. Name a new one."""


class NotEmpty(BackupError, code="not_empty"):
    """The database holds tables already. Restore into an empty one, by another DATABASE_URL."""


class NothingToBackUp(BackupError, code="nothing_to_back_up"):
    """The database holds no tables. Check that DATABASE_URL and READERSTUDY_HOME name your installation."""


class NotABackup(BackupError, code="not_a_backup"):
    """The file is no backup of readerstudy, or only a part of one."""


class ToolMissing(BackupError, code="tool_missing"):
    """PostgreSQL's own programs make the copy. Install them (Debian: apt-get install postgresql-client)."""
