"""Texts that a protocol need not write itself, in the languages of the readers' pages."""

from collections.abc import Sequence

from readerstudy.studies.protocol.words import Words

_NONE = {
    "prefer": {
        "en": "No preference",
        "de": "Keine Präferenz",
        "fr": "Aucune préférence",
        "es": "Sin preferencia",
    },
    "choices": {
        "en": "None of these",
        "de": "Nichts davon",
        "fr": "Aucune de ces réponses",
        "es": "Ninguna de estas",
    },
    "mark": {
        "en": "Nothing to mark",
        "de": "Nichts zu markieren",
        "fr": "Rien à marquer",
        "es": "Nada que marcar",
    },
}


def usual_none(kind: str, languages: Sequence[str]) -> Words:
    """Return what `none = true` says for a kind of item."""
    texts = _NONE[kind]
    said = {code: texts.get(code.partition("-")[0].lower(), texts["en"]) for code in languages}
    return Words(said[languages[0]], said)
