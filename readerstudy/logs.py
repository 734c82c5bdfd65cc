"""Format the server's log as lines or JSON, without the secrets in URLs.

A token in an address opens a picture, an account or an answer to whoever reads the log. A digest is no
better: whoever holds the token tries the few possible answers and sees which one fits. Both are cut from
every record, its traceback included.
"""

import json
import logging
import re
from datetime import UTC, datetime

# Addresses that carry a secret, up to it. A test holds each route with a token against this list.
SECRET_PATHS = (
    "/invitation",
    "/accounts/unlock",
    "/accounts/password/reset/key",
    "/api/reading/packed",
    "/api/reading/pixels",
    "/api/reading/sealed",
    r"/api/reading/[\w-]+/presentations",
    "/api/practice",
)
_CUTS = (
    (re.compile(rf"((?:{'|'.join(SECRET_PATHS)})/)[^/\s?\"'<>]+"), r"\1…"),
    (re.compile(r"(/[^\s?\"'<>]*)\?[^\s\"'<>]+"), r"\1?…"),
    (re.compile(r"\brst_[\w-]+"), "rst_…"),
    (re.compile(r"\b[0-9a-f]{64}\b"), "[digest]"),
)


def redact(text: str) -> str:
    """Return the text without tokens, query strings and digests."""
    for pattern, cut in _CUTS:
        text = pattern.sub(cut, text)
    return text


class LineFormatter(logging.Formatter):
    def format(self, record: logging.LogRecord) -> str:
        return redact(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON object a line, for collectors: time, level, logger, message, and what a record adds."""

    def format(self, record: logging.LogRecord) -> str:
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info:
            entry["traceback"] = self.formatException(record.exc_info)
        return redact(json.dumps(entry, ensure_ascii=False))
