"""Free text: how much was written, and all of it."""

import numpy as np

from analysis.bundle import Bundle
from analysis.bundle.grid import as_text
from analysis.document.items import Note, SourceWords, TextItem
from analysis.sections.items.asked import Asked


def text_item(asked: Asked, _bundle: Bundle, _limit: int) -> TextItem:
    """All texts, and the words of each source."""
    texts = [str(text) for text in as_text(asked.rows, "value")]
    words = np.array([len(text.split()) for text in texts])
    group = as_text(asked.rows, "group")
    images, sources = (_named(asked, name) for name in ("image", "source"))
    return TextItem(
        **asked.described(),
        words=tuple(
            SourceWords(
                source=name,
                n=int((group == name).sum()),
                words=float(words[group == name].mean()),
                median=float(np.median(words[group == name])),
            )
            for name in asked.groups
        ),
        texts=tuple(
            Note(reader=str(reader), image=image, source=source, text=text, words=int(n))
            for reader, image, source, text, n in zip(
                as_text(asked.rows, "reader"), images, sources, texts, words, strict=True
            )
        ),
    )


def _named(asked: Asked, column: str) -> list[str | None]:
    if column not in asked.rows:
        return [None] * len(asked.rows)
    found = asked.rows[column].astype(object)
    return found.where(found.notna(), None).tolist()
