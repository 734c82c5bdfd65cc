"""Texts of a protocol in the language of the reader."""

from django.utils.translation import get_language

from readerstudy.studies.protocol import Words


def spoken(text: str) -> str:
    """Return a text of the protocol in the language of this request, else in the study's first."""
    return text.in_language(get_language() or "") if isinstance(text, Words) else text
