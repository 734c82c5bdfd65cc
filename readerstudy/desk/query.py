"""What stands in the query string of an address, which anybody may write as they like."""


def whole_number(text: str | None, default: int = 0) -> int:
    """A number of the query string; anything else, or one beyond reason, is the default."""
    return int(text) if text and text.isascii() and text.isdecimal() and len(text) < 10 else default
