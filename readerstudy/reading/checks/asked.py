"""One question as it is asked, and how refusals speak of it."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from readerstudy.imaging.canvas import Canvas
from readerstudy.reading.errors import AnswerRefused, Incomplete, OffScale
from readerstudy.studies.language import spoken
from readerstudy.studies.protocol import Item


def named(item: Item, slot: str | None) -> str:
    """Return the words of a question, with the letter of its image if it is asked of one."""
    ask = spoken(item.ask) or item.name
    if slot is None:
        return _("“{question}”").format(question=ask)
    return _("“{question}” for image {image}").format(question=ask, image=slot)


def listed(words: Iterable[object]) -> str:
    return ", ".join(map(str, words)) or "–"


@dataclass(frozen=True, kw_only=True)
class Asked:
    """An item as it is asked here: of which image, among which, with which options."""

    item: Item
    slot: str | None
    letters: tuple[str, ...]
    canvas: Canvas
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return named(self.item, self.slot)

    def refused(self, sentence: str, **words: object) -> AnswerRefused:
        return AnswerRefused(sentence.format(question=self.name, **words))

    def off_scale(self, sentence: str, **words: object) -> OffScale:
        return OffScale(sentence.format(question=self.name, **words))

    def incomplete(self, sentence: str, **words: object) -> Incomplete:
        return Incomplete(sentence.format(question=self.name, **words))


def check_count(asked: Asked, count: int) -> None:
    """Refuse too few and too many; none at all where the item has an answer that takes nothing."""
    item = asked.item
    if count == 0 and item.none:
        return
    if count < item.least:
        sentence = _("{question}: give at least {least}; you gave {given}.")
        raise asked.incomplete(sentence, least=item.least, given=count)
    if item.most is not None and count > item.most:
        sentence = _("{question}: give at most {most}; you gave {given}.")
        raise asked.refused(sentence, most=item.most, given=count)
