from readerstudy.errors import ReaderstudyError


class AuditError(ReaderstudyError, code="audit_error"):
    """The audit log could not do that."""


class ParticularsUnfit(AuditError, code="particulars_unfit"):
    """The particulars of an event have to be plain JSON: texts without NUL, finite numbers, lists, maps."""


class UnknownStream(AuditError, code="unknown_stream"):
    """There is no such stream in the audit log. Give a study's slug, or none to verify everything."""


class SealsRenewedAlready(AuditError, code="seals_renewed_already"):
    """The seals were renewed with this key before; what a former key sealed since then was forged."""
