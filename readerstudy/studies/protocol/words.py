"""A text that readers see, in one language or in all languages of its study."""

from collections.abc import Mapping
from typing import Self


class Words(str):
    """The text in the study's first language; `in_language` gives it in another.

    A plain text serves all languages.
    """

    translations: Mapping[str, str]

    def __new__(cls, text: str = "", translations: Mapping[str, str] | None = None) -> Self:
        words = super().__new__(cls, text)
        words.translations = dict(translations or {})
        return words

    def in_language(self, language: str) -> str:
        """Return the text in a language such as "de" or "de-at", else in the study's first."""
        for code in (language, language.partition("-")[0]):
            if code in self.translations:
                return self.translations[code]
        return str(self)


UNSAID = Words()
