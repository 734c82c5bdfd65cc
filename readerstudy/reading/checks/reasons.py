"""Why images were doubted: tags of the section, and spots inside the image."""

from collections.abc import Collection
from dataclasses import replace

from django.utils.translation import gettext as _

from readerstudy.imaging.canvas import Canvas
from readerstudy.reading.answer import MOST_REASONS, Spot
from readerstudy.reading.checks.asked import listed
from readerstudy.reading.errors import AnswerRefused, OffScale, UnknownSlot
from readerstudy.studies.language import spoken
from readerstudy.studies.protocol import SectionDocument


def check_reasons(
    reasons: tuple[Spot, ...], section: SectionDocument, letters: Collection[str], canvas: Canvas
) -> tuple[Spot, ...]:
    """Return the reasons as they are stored: tags in the study's first language."""
    if len(reasons) > MOST_REASONS:
        raise AnswerRefused(_("Give at most {most} reasons.").format(most=MOST_REASONS))
    for reason in reasons:
        require_letter(reason.slot, letters)
        _check_spot(reason, section, canvas)
    return tuple(replace(reason, tag=_tag(reason.tag, section)) for reason in reasons)


def _tag(given: str, section: SectionDocument) -> str:
    for tag in section.reasons:
        if given in (tag, spoken(tag)):
            return str(tag)
    if given:
        sentence = _("There is no reason “{given}”; choose from {allowed}.")
        raise AnswerRefused(sentence.format(given=given, allowed=listed(map(spoken, section.reasons))))
    return given


def require_letter(letter: str, letters: Collection[str]) -> None:
    if letter not in letters:
        sentence = _("There is no image “{given}” on this screen; choose from {allowed}.")
        raise UnknownSlot(sentence.format(given=letter, allowed=listed(letters)))


def _check_spot(reason: Spot, section: SectionDocument, canvas: Canvas) -> None:
    if (reason.x is None) != (reason.y is None):
        sentence = _("The spot in image {image} lacks a coordinate; give x and y, or neither.")
        raise AnswerRefused(sentence.format(image=reason.slot))
    if reason.x is None or reason.y is None:
        if not reason.tag:
            sentence = _("A reason for image {image} is empty; give a tag or a spot.")
            raise AnswerRefused(sentence.format(image=reason.slot))
        return
    if not section.spots:
        raise AnswerRefused(_("This study does not ask for spots; leave x and y out."))
    if not (0 <= reason.x <= canvas.width and 0 <= reason.y <= canvas.height):
        sentence = _("The spot in image {image} is outside its {width} × {height} pixels.")
        raise OffScale(sentence.format(image=reason.slot, width=canvas.width, height=canvas.height))
